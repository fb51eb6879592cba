"""Signing in and out, where a signed-in person comes first, and how pages look in this browser."""

from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from entrypoints.console import session
from entrypoints.console.pages import HEADERS, bare
from entrypoints.console.pages import router as pages_router
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import THEME_COOKIE, THEMES, ZONE_COOKIE, Posted, zone
from entrypoints.viewer import Viewer
from entrypoints.wiring import Service

_YEAR: Final = 365 * 24 * 3600
router = pages_router()


@router.get("")
@router.get("/")
def start(who: Annotated[Viewer, Depends(session.viewer)]) -> Response:
    """The contacts of the first organization the person has a role in (L2: one has to be picked)."""
    return _seen_at(f"/console/{min(who.organizations)}/contacts")


@router.get("/sign-in")
def sign_in_page(request: Request, next: str = "/console") -> Response:
    return bare(request, "sign_in.html", csrf=session.csrf(request), next=_own(next), error=None, organization="")


@router.post("/sign-in")
def sign_in(request: Request, form: Posted) -> Response:
    """Opens a session; a wrong key gives the form back, never the key."""
    ledger: Service = request.app.state.service
    organization, where = _one(form, "organization").strip(), _own(_one(form, "next"))
    cookie = session.sign_in(ledger, organization, _one(form, "key").strip())
    if cookie is None:
        return bare(
            request,
            "sign_in.html",
            status=422,
            csrf=session.csrf(request),
            next=where,
            error=TEXTS["sign_in.refused"],
            organization=organization,
        )
    answer = _seen_at(where)
    session.keep(answer, cookie, secure=request.url.scheme == "https")
    return answer


@router.post("/sign-out")
def sign_out(form: Posted) -> Response:
    answer = _seen_at("/console/sign-in")
    answer.delete_cookie(session.COOKIE, path="/console")
    return answer


@router.post("/appearance")
def choose_appearance(form: Posted) -> Response:
    """Keeps the theme and the time zone of this browser, and goes back to the page it was chosen on."""
    answer = _seen_at(_own(_one(form, "back")))
    theme, chosen = _one(form, "theme"), _one(form, "zone").strip()
    if theme in THEMES:
        answer.set_cookie(THEME_COOKIE, theme, _YEAR, path="/console", samesite="lax")
    if zone(chosen) is not None:
        answer.set_cookie(ZONE_COOKIE, chosen, _YEAR, path="/console", samesite="lax")
    return answer


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[-1]


def _own(address: str) -> str:
    """The address where it is one of the console's, else its start: nobody is sent elsewhere."""
    return address if address == "/console" or address.startswith("/console/") else "/console"


def _seen_at(address: str) -> Response:
    return RedirectResponse(address, 303, HEADERS)
