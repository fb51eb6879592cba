"""Puts the links' pages into an application: the API's own, or one that serves nothing else."""

from urllib.parse import urlsplit

from fastapi import FastAPI

from entrypoints.api import problems
from entrypoints.api.middleware import CountAndLog, LimitBody
from entrypoints.links import Links
from entrypoints.unsubscribe.routes import router
from entrypoints.unsubscribe.scanners import Glances
from entrypoints.wiring import Service


def serve_links(app: FastAPI, service: Service) -> None:
    """Adds `/u/…` and `/c/…`. Raises SettingsRefused where LEDGER_LINK_KEYS or LEDGER_PUBLIC_URL is not set."""
    app.state.links = Links(service.settings.link_secrets)
    app.state.links_path = urlsplit(service.settings.links_at).path
    app.state.glances = Glances()
    app.include_router(router)


def create_links_app(service: Service) -> FastAPI:
    """An application that may be public while the API is not. Raises as `serve_links` does."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.service = service
    app.add_middleware(LimitBody)
    app.add_middleware(CountAndLog)
    problems.install(app)
    serve_links(app, service)
    return app
