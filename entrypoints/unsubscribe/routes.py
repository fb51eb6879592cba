"""`/u/…` unsubscribe links and `/c/…` confirmation links (RFC 8058; L12, L13, S11, Y20, C12)."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from entrypoints.links import ConfirmationLink, Links, UnsubscribeLink, reference
from entrypoints.unsubscribe import asking
from entrypoints.unsubscribe.forms import LARGEST, fields
from entrypoints.unsubscribe.pages import address, notice, page
from entrypoints.unsubscribe.preferences import (
    Choice,
    Preferences,
    preferences,
    request_state,
)
from entrypoints.unsubscribe.scanners import Glances, suspicions
from entrypoints.unsubscribe.subjects import Subject, subject
from entrypoints.unsubscribe.texts import language
from entrypoints.unsubscribe.visits import Visit
from entrypoints.wiring import Service
from ledger.acts.given import Given
from ledger.errors import LogUnavailable
from ledger.events.vocabulary import ALL

PAUSES: Final = (7, 30, 90)
"""Days a pause may last."""
_RETRY: Final = 30
_LOOK: Final = ["GET", "HEAD"]


class _Pages(APIRoute):
    """Answers with a page, not a problem document, when the log cannot be reached."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except LogUnavailable:
                return notice("unavailable", _language(request), status=503, retry_after=_RETRY)

        return answered


router = APIRouter(route_class=_Pages, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Came:
    """What a request came with. `here` is the link's own path; `form` is None where it was too large to be read."""

    ledger: Service
    links: Links
    glances: Glances
    language: str
    here: str
    token: str
    visit: Visit
    form: dict[str, str] | None

    def page(self, template: str, found: Subject, *, status: int = 200, **shown: Any) -> Response:
        seen = {"address": address(found, self.language), "here": self.here, **shown}
        return page(template, self.language, status=status, **seen)

    def notice(self, name: str, status: int, retry_after: int | None = None) -> Response:
        return notice(name, self.language, status=status, retry_after=retry_after)


async def _came(token: str, request: Request) -> _Came:
    held: Service = request.app.state.service
    ledger = held.within("")
    body = await request.body() if request.method == "POST" else b""
    visit = Visit(
        reference(token),
        request.method,
        request.headers.get("user-agent", ""),
        request.client.host if request.client else None,
        ledger.now(),
    )
    form = fields(request.headers.get("content-type", ""), body) if len(body) <= LARGEST else None
    here = request.app.state.links_path + request.url.path.removesuffix("/preferences")
    return _Came(
        ledger, request.app.state.links, request.app.state.glances, _language(request), here, token, visit, form
    )


Came = Annotated[_Came, Depends(_came)]


@router.api_route("/u/{token}", methods=_LOOK)
def unsubscribe_page(came: Came) -> Response:
    """Asks whether to unsubscribe; an old link opens the preference page. Changes nothing."""
    link, found = _unsubscribe(came)
    if link is None or found is None:
        return came.notice("invalid", 404)
    came.glances.note(came.visit.link, came.visit.http_method, came.visit.at)
    if link.expired(came.visit.at):
        return _preferences(came, link, found, note="expired")
    return came.page("unsubscribe.html", found, shown=preferences(came.ledger, found, link, came.visit.at))


@router.post("/u/{token}")
def unsubscribe(came: Came) -> Response:
    """Any POST to a genuine link is an opt-out made now: one click, unless it came from our own page."""
    link, found = _unsubscribe(came)
    if came.form is None:
        return came.notice("too_large", 413)
    if link is None or found is None:
        return came.notice("invalid", 404)
    method = "link" if came.form.get("from") == "page" else "one_click"
    shown = preferences(came.ledger, found, link, came.visit.at)
    return _opt_out(came, link, found, shown, shown.own, method)


@router.api_route("/u/{token}/preferences", methods=_LOOK)
def preference_page(came: Came) -> Response:
    """Every list and channel of the address. Changes nothing."""
    link, found = _unsubscribe(came)
    if link is None or found is None:
        return came.notice("invalid", 404)
    return _preferences(came, link, found)


@router.post("/u/{token}/preferences")
def prefer(came: Came) -> Response:
    """Unsubscribes from one list or from all, or pauses."""
    link, found = _unsubscribe(came)
    if came.form is None:
        return came.notice("too_large", 413)
    if link is None or found is None:
        return came.notice("invalid", 404)
    shown = preferences(came.ledger, found, link, came.visit.at)
    wanted = came.form.get("unsubscribe")
    days = next((days for days in PAUSES if came.form.get("pause") == str(days)), None)
    if wanted == "all":
        return _opt_out(came, link, found, shown, None, "preference_page")
    for choice in shown.choices:
        if wanted == f"{choice.channel} {choice.scope}":
            return _opt_out(came, link, found, shown, choice, "preference_page")
    if days is not None and isinstance(found.identifier, Given):
        until = came.visit.at + timedelta(days=days)
        asking.pause(came.ledger, found, came.visit, until)
        return came.page("done.html", found, shown=shown, paused_until=until)
    return _preferences(came, link, found, note="choose", status=422)


@router.api_route("/c/{token}", methods=_LOOK)
def confirmation_page(came: Came) -> Response:
    """Asks to confirm a signup. Changes nothing."""
    asked = _confirmation(came)
    if isinstance(asked, Response):
        return asked
    link, found = asked
    if request_state(found, link, came.visit.at) == "ended":
        return came.notice("ended", 410)
    return came.page("confirm.html", found, organization=found.organization_name)


@router.post("/c/{token}")
def confirm(came: Came) -> Response:
    """Records the confirmation and says what it came to."""
    asked = _confirmation(came)
    if isinstance(asked, Response):
        return asked
    link, found = asked
    if isinstance(found.identifier, Given):
        asking.confirm(came.ledger, found, link, came.visit)
    after = subject(came.ledger, link) or found
    match request_state(after, link, came.ledger.now()):
        case "confirmed":
            return came.notice("confirmed", 200)
        case "unknown":
            return came.notice("noted", 200)
        case _:
            return came.notice("ended", 410)


def _unsubscribe(came: _Came) -> tuple[UnsubscribeLink | None, Subject | None]:
    """The link and whom it speaks of; the log is read for a forged link too, so that the wait tells nothing."""
    link = came.links.unsubscribe(came.token)
    return link, subject(came.ledger, link)


def _confirmation(came: _Came) -> tuple[ConfirmationLink, Subject] | Response:
    """The link and whom it speaks of, or the page that says why there is nothing to confirm."""
    link = came.links.confirmation(came.token)
    found = subject(came.ledger, link)
    if link is None:
        return came.notice("invalid", 404)
    if link.expired(came.visit.at):
        return came.notice("ended", 410)
    if found is None:
        return came.notice("early", 503, _RETRY)
    return link, found


def _opt_out(
    came: _Came, link: UnsubscribeLink, found: Subject, shown: Preferences, choice: Choice | None, method: str
) -> Response:
    """Opts out of the choice, or of everything, and says so."""
    doubts = suspicions(
        came.visit.user_agent,
        one_click=method == "one_click",
        since_issue=came.visit.at - link.issued_at,
        glances=came.glances.of(came.visit.link),
        now=came.visit.at,
    )
    channel, scope = (choice.channel, choice.scope) if choice else (ALL, found.organization)
    asking.opt_out(
        came.ledger, found, link, came.visit, channel=channel, scope=scope, method=method, suspicions=doubts
    )
    return came.page("done.html", found, shown=shown, choice=choice, everything=choice is None, paused_until=None)


def _preferences(
    came: _Came, link: UnsubscribeLink, found: Subject, *, note: str | None = None, status: int = 200
) -> Response:
    shown = preferences(came.ledger, found, link, came.visit.at)
    pauses = PAUSES if isinstance(found.identifier, Given) else ()
    return came.page("preferences.html", found, status=status, shown=shown, note=note, pauses=pauses)


def _language(request: Request) -> str:
    return language(request.headers.get("accept-language", ""))
