"""Puts the HTTP service together."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import anyio.to_thread
from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from entrypoints.api import (
    answering,
    batches,
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
    people,
    policies,
    probes,
    problems,
    profiles,
    reads,
    replies,
    reversals,
    scopes,
    settings,
    suppressing,
    trends,
)
from entrypoints.api.middleware import Account, LimitBody, Unchanged
from entrypoints.api.problems import MEDIA_TYPE, ProblemDocument
from entrypoints.batches.running import BatchRunner
from entrypoints.console import session
from entrypoints.console.app import serve_console
from entrypoints.unsubscribe.app import serve_links
from entrypoints.wiring import Service

_SCHEMAS: Final = "#/components/schemas/"
_ERRORS: Final[dict[int, str]] = {
    400: "the body is not JSON",
    401: "no valid API key of this organization",
    403: "the key's role may not do this",
    404: "nothing under this id in this organization",
    409: "a message id was used before for something else",
    413: "the body is larger than 1 MiB",
    422: "a field cannot be taken; `errors` names it",
    503: "the ledger cannot be read now: take it as no",
}


def create_app(service: Service) -> FastAPI:
    """The application on an opened service. The service is closed by whoever opened it."""
    runner = BatchRunner(service)

    app = FastAPI(
        title="contact-ledger",
        version="1",
        description="Who may be written to, on which channel, for what: and why.",
        lifespan=_lifespan(service, runner),
        docs_url=None,
        redoc_url=None,
        responses={status: _documented(text) for status, text in _ERRORS.items()},
    )
    app.state.service = service
    app.state.batches = runner
    app.add_middleware(Unchanged)
    app.add_middleware(LimitBody)
    app.add_middleware(Account)
    problems.install(app)
    app.include_router(answering.router)
    for module in (contacts, profiles, deletion, batches):
        app.include_router(module.router)
    app.include_router(deactivations.router)
    app.include_router(erasures.router)
    app.include_router(disclosures.router)
    app.include_router(duplicates.router)
    app.include_router(messages.router)
    for module in (policies, compliance, trends):
        app.include_router(module.router)
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
    app.include_router(replies.router)
    app.include_router(probes.router)
    serve_console(app)
    app.openapi = _openapi(app)  # type: ignore[method-assign]
    return app


def _lifespan(service: Service, runner: BatchRunner) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What is there while the application is: threads for requests, and the one that brings bulk actions on."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = service.settings.http_threads
        with runner.running():
            yield

    return lifespan


def _documented(text: str) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}ProblemDocument"}}}}


def _openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """FastAPI's own description, with the shape of problem documents added."""
    made = app.openapi

    def described() -> dict[str, Any]:
        schema = made()
        _, problem = models_json_schema([(ProblemDocument, "serialization")], ref_template=_SCHEMAS + "{model}")
        schema["components"]["schemas"].update(problem["$defs"])
        return schema

    return described
