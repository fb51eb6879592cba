"""Serves the HTTP application with uvicorn."""

import socket

import structlog
import uvicorn
from fastapi import FastAPI

from entrypoints.presence import present
from entrypoints.probes import answering
from entrypoints.processes import stop_signal
from entrypoints.settings import Settings
from entrypoints.unsubscribe.app import create_links_app
from entrypoints.wiring import opened
from ledger.errors import SettingsRefused

_TIMEOUT = 3.0
"""Seconds a request waits for a database connection before it answers 503."""


def serve(settings: Settings) -> None:
    """Answers HTTP until SIGTERM or SIGINT; requests begun are finished first.

    uvicorn raises the signal again when it is done; by then it only ends the `with`.
    """
    from entrypoints.api.app import create_app  # some 300 routes, which the links' own service does without

    with (
        opened(settings, timeout=_TIMEOUT) as service,
        stop_signal(),
        present(service, "serve"),
        listening(settings.http_host, settings.http_port) as bound,
    ):
        answer(create_app(service), bound)


def serve_links(settings: Settings) -> None:
    """Answers unsubscribe and confirmation links alone, and probes on LEDGER_PROBE_PORT, until SIGTERM or SIGINT.

    Raises SettingsRefused where LEDGER_LINK_KEYS or LEDGER_PUBLIC_URL is not set.
    """
    with (
        opened(settings, timeout=_TIMEOUT) as service,
        stop_signal(),
        present(service, "unsubscribe-service"),
        answering(service),
        listening(settings.http_host, settings.http_port) as bound,
    ):
        answer(create_links_app(service), bound)


def answer(app: FastAPI, bound: socket.socket) -> None:
    """Runs the application on the socket; nothing of a request is logged by the server itself."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=20,
    )
    host, port, *_ = bound.getsockname()
    structlog.get_logger().info("serving", host=host, port=port)
    uvicorn.Server(config).run(sockets=[bound])


def listening(host: str, port: int) -> socket.socket:
    """A socket to serve on; port 0 is any free one. Raises SettingsRefused where the address cannot be had."""
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = f"LEDGER_HTTP_HOST, LEDGER_HTTP_PORT: cannot listen on {host}:{port}, {error.strerror}"
        raise SettingsRefused(f"{reason}. Set them to a free port of this machine.") from None
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound
