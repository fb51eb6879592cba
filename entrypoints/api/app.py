"""Puts the HTTP service together."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from typing import Final

import anyio.to_thread
from fastapi import FastAPI

from entrypoints.api import (
    answering,
    batches,
    candidates,
    compliance,
    conflicts,
    contacts,
    deactivations,
    deletion,
    disclosures,
    duplicates,
    erasures,
    identity,
    keywords,
    linking,
    links,
    messages,
    opt_outs,
    people,
    policies,
    probes,
    problems,
    profiles,
    reads,
    rejections,
    replies,
    reversals,
    scopes,
    settings,
    sms,
    suppressing,
    trends,
)
from entrypoints.api.description import ERRORS, describe
from entrypoints.api.middleware import CountAndLog, LimitBody, RefuseUnreadable, Unchanged
from entrypoints.batches.running import BatchRunner
from entrypoints.console.app import serve_console
from entrypoints.key_uses import KeyUses
from entrypoints.unsubscribe.app import serve_links
from entrypoints.wiring import Service

ROUTERS: Final = (
    answering.router,
    contacts.router,
    profiles.router,
    deletion.router,
    batches.router,
    deactivations.router,
    erasures.router,
    disclosures.router,
    duplicates.router,
    messages.router,
    policies.router,
    compliance.router,
    trends.router,
    opt_outs.router,
    sms.router,
    scopes.router,
    settings.router,
    identity.router,
    keywords.router,
    people.router,
    rejections.router,
    conflicts.router,
    reads.router,
    suppressing.router,
    reversals.router,
    links.router,
    linking.router,
    candidates.router,
    replies.router,
    probes.router,
)
"""What is asked of an organization, and of the process. A new file of routes is a line here."""


def create_app(service: Service) -> FastAPI:
    """The application on an opened service. The service is closed by whoever opened it."""
    runner, key_uses = BatchRunner(service), KeyUses(service)

    app = FastAPI(
        title="contact-ledger",
        version="1",
        description="Who may be written to, on which channel, for what: and why.",
        lifespan=_lifespan(service, runner, key_uses),
        docs_url=None,
        redoc_url=None,
        responses=ERRORS,
    )
    app.state.service, app.state.batches, app.state.key_uses = service, runner, key_uses
    app.add_middleware(Unchanged)
    app.add_middleware(LimitBody)
    app.add_middleware(RefuseUnreadable)
    app.add_middleware(CountAndLog)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    if service.settings.public_url and service.settings.link_keys:
        serve_links(app, service)
    serve_console(app)
    describe(app)
    return app


def _lifespan(
    service: Service, runner: BatchRunner, key_uses: KeyUses
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What is there while the application is: threads for requests, the one that brings bulk actions on, and the
    one that notes when keys are used.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = service.settings.http_threads
        with closing(key_uses), runner.running():
            yield

    return lifespan
