"""/livez, /readyz and /metrics for processes that serve no HTTP otherwise."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from entrypoints.health import readiness
from entrypoints.settings import Settings
from entrypoints.wiring import Service
from ledger.errors import LogUnavailable, SettingsRefused

Answer = tuple[int, str, bytes]


@contextmanager
def answering(ledger: Service) -> Iterator[None]:
    """Answers probes on LEDGER_PROBE_PORT while inside; does nothing where no port is set."""
    if ledger.settings.probe_port is None:
        yield
        return
    routes = {
        "/livez": lambda: (200, "text/plain", b"alive\n"),
        "/readyz": lambda: _ready(ledger),
        "/metrics": _figures,
    }
    with _listening(ledger.settings, _handler(routes)) as server:
        thread = threading.Thread(target=server.serve_forever, name="probes")
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _listening(settings: Settings, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((settings.http_host, settings.probe_port or 0), handler)
    except OSError as error:
        raise SettingsRefused(f"LEDGER_PROBE_PORT: {error.strerror}. Set it to a free port.") from None


def _ready(ledger: Service) -> Answer:
    try:
        return 200, "application/json", readiness(ledger).model_dump_json().encode()
    except LogUnavailable as error:
        return 503, "text/plain", f"{error}\n".encode()


def _figures() -> Answer:
    return 200, CONTENT_TYPE_LATEST, generate_latest()


def _handler(routes: dict[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            route = routes.get(self.path)
            status, kind, body = route() if route else (404, "text/plain", b"/livez, /readyz or /metrics\n")
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Probes are not worth a line each."""

    return Handler
