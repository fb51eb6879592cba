"""Renders the pages: no script, no cookie, nothing from elsewhere, and headers that let nothing in."""

import base64
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from entrypoints.masking import masked
from entrypoints.unsubscribe.preferences import Choice
from entrypoints.unsubscribe.subjects import Subject
from entrypoints.unsubscribe.texts import DEFAULT, TEXTS
from ledger.acts.given import Given

STYLE: Final = files("entrypoints.unsubscribe").joinpath("templates/style.css").read_text()
_STYLE_HASH: Final = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_TEMPLATES: Final = Environment(
    loader=PackageLoader("entrypoints.unsubscribe"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(template: str, language: str, *, status: int = 200, **shown: Any) -> Response:
    """A page of this template in this language; `shown` is what the template asks for."""
    words = TEXTS[language]

    def say(key: str, **values: Any) -> str:
        return words[key].format(**values)

    def named(choice: Choice) -> str:
        name = say("list", name=" · ".join(choice.name)) if choice.name else words["everything"]
        return say("on_channel", name=name, channel=words[choice.channel])

    html = _TEMPLATES.get_template(template).render(
        say=say, named=named, day=_day, language=language, style=Markup(STYLE), **shown
    )
    headers = {**HEADERS, "Content-Language": language}
    return Response(html, status, headers, "text/html; charset=utf-8")


def notice(name: str, language: str = DEFAULT, *, status: int, retry_after: int | None = None) -> Response:
    """A page that only says something; `retry_after` in seconds."""
    response = page("notice.html", language, status=status, notice=name)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def address(subject: Subject, language: str) -> str:
    """The address as a stranger may see it."""
    known = subject.identifier
    shown = masked(known.kind, known.value) if isinstance(known, Given) else None
    return shown or TEXTS[language]["this_address"]


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
