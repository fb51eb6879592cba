"""Serves the HTTP application with uvicorn."""

import structlog
import uvicorn

from entrypoints.api.app import create_app
from entrypoints.processes import stop_signal
from entrypoints.settings import Settings
from entrypoints.wiring import opened

_TIMEOUT = 3.0
"""Seconds a request waits for a database connection before it answers 503."""


def serve(settings: Settings) -> None:
    """Answers HTTP until SIGTERM or SIGINT; requests begun are finished first.

    uvicorn raises the signal again when it is done; by then it only ends the `with`."""
    with opened(settings, timeout=_TIMEOUT) as service:
        config = uvicorn.Config(
            create_app(service),
            host=settings.http_host,
            port=settings.http_port,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=20,
        )
        with stop_signal(), config.bind_socket() as listening:
            host, port, *_ = listening.getsockname()
            structlog.get_logger().info("serving", host=host, port=port)
            uvicorn.Server(config).run(sockets=[listening])
