"""Around every request: its size is limited, an answer the caller has is not sent again, its end is counted and
logged by route, never by value. No path has control characters in it.
"""

import re
import time
from hashlib import sha256
from typing import Final

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.api.problems import Problem, answered

MAX_BODY: Final = 1024 * 1024
FILES: Final = re.compile(r"/v1/organizations/[^/]+/(suppress|deactivations)")
"""Paths that take files: their routes read the body themselves, and limit it."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

REQUESTS = Counter("ledger_http_requests_total", "HTTP requests answered", ("route", "method", "status"))
SECONDS = Histogram("ledger_http_request_seconds", "Time to answer an HTTP request", ("route",))


class RefuseUnreadable:
    """There is nothing at a path with a control character in it; PostgreSQL could not even be asked for NUL."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _CONTROL.search(scope["path"]):
            unknown = Problem(404, "not-found", "There is nothing at a path with control characters in it.")
            return await answered(unknown)(scope, receive, send)
        return await self.app(scope, receive, send)


class LimitBody:
    """Reads the body up to `MAX_BODY` before the application sees the request; more is answered with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or FILES.fullmatch(scope["path"]):
            return await self.app(scope, receive, send)
        parts: list[bytes] = []
        size, more = 0, _announced(scope) <= MAX_BODY
        while more and size <= MAX_BODY:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
        if size > MAX_BODY or _announced(scope) > MAX_BODY:
            detail = f"The body is larger than {MAX_BODY} bytes; send it in several requests."
            return await answered(Problem(413, "content-too-large", detail))(scope, receive, send)
        body: Message = {"type": "http.request", "body": b"".join(parts), "more_body": False}

        async def replay() -> Message:
            nonlocal body
            if body["type"] == "http.request":
                message, body = body, {"type": "http.disconnect"}
                return message
            return await receive()

        return await self.app(scope, replay, send)


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


class Unchanged:
    """Gives answers to GET an ETag, and 304 without a body to who has that answer already (RFC 9110 §13).

    The whole answer is read first: pages and single things, never files. What was asked is worked out all the same,
    so keys, roles and reasons count as ever.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/v1/"):
            return await self.app(scope, receive, send)
        start: Message = {}
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._answer(scope, send, start, b"".join(parts))

        return await self.app(scope, receive, keep)

    async def _answer(self, scope: Scope, send: Send, start: Message, body: bytes) -> None:
        if start["status"] == 200:
            tag = b'"' + sha256(body).hexdigest()[:32].encode() + b'"'
            headers = MutableHeaders(raw=list(start["headers"]))
            headers["etag"] = tag.decode()
            headers["cache-control"] = "private, no-cache"
            held = Headers(scope=scope).get("if-none-match", "")
            if tag.decode() in {one.strip().removeprefix("W/") for one in held.split(",")} or held.strip() == "*":
                start, body = {**start, "status": 304}, b""
                del headers["content-length"], headers["content-type"]
            start = {**start, "headers": headers.raw}
        await send(start)
        await send({"type": "http.response.body", "body": body})


class CountAndLog:
    """Counts and logs each request: method, route, status and time; neither path, query nor body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            REQUESTS.labels(route, method, status).inc()
            SECONDS.labels(route).observe(seconds)
            structlog.get_logger().info(
                "request", method=method, route=route, status=status, ms=round(seconds * 1000, 1)
            )
