"""Renders templates, with the headers that let nothing else into a page, in the browser's own appearance."""

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from entrypoints.console import assets, wording
from entrypoints.console.texts import TEXTS, say

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
THEMES: Final = ("auto", "light", "dark")
THEME_COOKIE: Final = "console_theme"
ZONE_COOKIE: Final = "console_zone"
UTC: Final = ZoneInfo("UTC")
_TEMPLATES: Final = Environment(
    loader=PackageLoader("entrypoints.console"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(
    say=say, has_text=TEXTS.__contains__, asset=assets.address, has_asset=assets.there, themes=THEMES
)
_TEMPLATES.filters.update(wording.FILTERS)


@dataclass(frozen=True, slots=True)
class Appearance:
    """How pages are shown in this browser: `zone` of its times, `theme` of THEMES."""

    zone: ZoneInfo
    theme: str


def appearance(request: Request) -> Appearance:
    """As the browser's cookies say; UTC and the system's colours where they say nothing that can be read."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return Appearance(zone(request.cookies.get(ZONE_COOKIE, "")) or UTC, theme if theme in THEMES else "auto")


def zone(name: str) -> ZoneInfo | None:
    """The zone of this name; None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def here(request: Request) -> str:
    """The address of the page, as the console's own links have it."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def page(request: Request, template: str, status: int = 200, **shown: Any) -> Response:
    """The template rendered; `shown` is what it asks for, `here` of it the address of what answers a form."""
    if "here" in shown:
        request.state.here = shown["here"]
    known = {"view": None, "places": (), "appearance": appearance(request), "here": here(request)}
    html = _TEMPLATES.get_template(template).render(known | shown)
    return Response(html, status, HEADERS, "text/html; charset=utf-8")
