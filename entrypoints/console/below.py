"""Routes below one path: an address elsewhere is compared with none of them, and one below it with each once.

The framework compares an address with every route before the one that fits, and twice within a router that was
included: with some hundreds of routes that is as long as a page's queries.
"""

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class Below(BaseRoute):
    """The routes of these routers, in their order; their paths are whole ones."""

    def __init__(self, path: str, routers: Iterable[APIRouter]) -> None:
        self.path = path
        self.routes = [route for router in routers for route in router.routes]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found: tuple[Match, Scope] = (Match.NONE, {})
        if scope["type"] != "http" or not scope["path"].startswith(self.path):
            return found
        for route in self.routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, child
            if match is Match.PARTIAL and found[0] is Match.NONE:
                found = match, child
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route"].handle(scope, receive, send)
