"""Puts the HTTP service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from entrypoints.api import (
    answering,
    candidates,
    compliance,
    contacts,
    deactivations,
    deletion,
    disclosures,
    duplicates,
    erasures,
    identity,
    linking,
    links,
    messages,
    opt_outs,
    people,
    policies,
    probes,
    problems,
    reads,
    replies,
    reversals,
    scopes,
    settings,
    sms,
    suppressing,
)
from entrypoints.api.description import ERRORS, describe
from entrypoints.api.middleware import Account, LimitBody, Unchanged
from entrypoints.console import session, sign_on
from entrypoints.console.app import serve_console
from entrypoints.unsubscribe.app import serve_links
from entrypoints.wiring import Service


def create_app(service: Service) -> FastAPI:
    """The application on an opened service. The service is closed by whoever opened it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = service.settings.http_threads
        yield

    app = FastAPI(
        title="contact-ledger",
        version="1",
        description="Who may be written to, on which channel, for what: and why.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=ERRORS,
    )
    app.state.service = service
    app.add_middleware(Unchanged)
    app.add_middleware(LimitBody)
    app.add_middleware(Account)
    problems.install(app)
    app.include_router(answering.router)
    app.include_router(contacts.router)
    app.include_router(deletion.router)
    app.include_router(deactivations.router)
    app.include_router(erasures.router)
    app.include_router(disclosures.router)
    app.include_router(duplicates.router)
    app.include_router(messages.router)
    app.include_router(policies.router)
    app.include_router(compliance.router)
    app.include_router(opt_outs.router)
    app.include_router(sms.router)
    app.include_router(scopes.router)
    app.include_router(settings.router)
    app.include_router(identity.router)
    app.include_router(people.router)
    app.include_router(reads.router)
    app.include_router(suppressing.router)
    app.include_router(reversals.router)
    app.include_router(links.router)
    app.include_router(linking.router)
    app.include_router(candidates.router)
    if service.settings.public_url and service.settings.link_keys:
        serve_links(app, service)
    session.install(app)
    sign_on.install(app, service.settings.provider)
    app.include_router(replies.router)
    app.include_router(probes.router)
    serve_console(app)
    describe(app)
    return app
