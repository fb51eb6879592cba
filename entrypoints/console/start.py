"""Where a person comes first, and how pages look in this browser."""

from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from entrypoints import reads
from entrypoints.api.problems import Problem
from entrypoints.console import reasons, session
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS, THEME_COOKIE, THEMES, ZONE_COOKIE, zone
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from ledger.errors import MessageRefused

_YEAR: Final = 365 * 24 * 3600
router = pages_router()


@router.get("")
@router.get("/")
def start(who: session.Looking) -> Response:
    """The contacts of the first organization the person has a role in (L2: one has to be picked)."""
    if not who.organizations:
        raise Problem(403, "forbidden", TEXTS["error.no_role"])
    return RedirectResponse(f"/console/{min(who.organizations)}/contacts", 303, HEADERS)


@router.post("/{organization}/reason")
def give_reason(view: Annotated[View, Depends(looking("values_for_reason"))], form: session.Form) -> Response:
    """Shows values to somebody who gives a reason; each page seen from then on is recorded with it."""
    reason = reads.checked(form.get("reason", ""))
    answer = RedirectResponse(session.within(form.get("back", "")), 303, HEADERS)
    reasons.keep(answer, view.ledger, view.viewer, view.organization, reason)
    return answer


@router.post("/appearance")
def choose_appearance(request: Request, form: session.Form) -> Response:
    """Keeps the theme and the time zone of this browser, and goes back to the page it was chosen on."""
    answer = RedirectResponse(session.within(form.get("back", "")), 303, HEADERS)
    chosen = {THEME_COOKIE: form.get("theme", ""), ZONE_COOKIE: form.get("zone", "").strip()}
    if chosen[THEME_COOKIE] not in THEMES:
        del chosen[THEME_COOKIE]
    if zone(chosen[ZONE_COOKIE]) is None:
        raise MessageRefused("invalid-request", TEXTS["zone.unknown"])
    for name, value in chosen.items():
        answer.set_cookie(name, value, _YEAR, path="/console", samesite="lax")
    return answer
