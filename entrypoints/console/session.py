"""Logging in and out of the console, setting a password, and who is looking.

Every form carries a token made of the session's own (CSRF); no form is taken that another site sent.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from entrypoints import people
from entrypoints.console.forms import NOTHING, Returned
from entrypoints.console.rendering import HEADERS, page
from entrypoints.console.texts import TEXTS
from entrypoints.viewer import Viewer
from entrypoints.wiring import Service
from ledger.errors import MessageRefused

COOKIE: Final = "ledger_session"
HOME: Final = "/console"
CSRF_FIELD: Final = "csrf"
_MOST_FIELDS: Final = 500
_LARGEST: Final = 512 * 1024
"""Bytes of a form: a rejected message that is mended is sent back in one."""
_LOGIN: Final = f"{HOME}/login"

router = APIRouter(prefix=HOME, include_in_schema=False)


class LoggedOut(Exception):
    """Nobody is logged in: the login page is shown, and then `back`."""

    def __init__(self, back: str) -> None:
        super().__init__("nobody is logged in")
        self.back = back


class FormRefused(Exception):
    """A form that did not come from a page of this session, or was too large."""


def install(app: FastAPI) -> None:
    """Says what becomes of those who are not logged in, and of forms that are not this session's."""
    app.add_exception_handler(LoggedOut, _to_login)
    app.add_exception_handler(FormRefused, _refused)


def viewer(request: Request) -> Viewer:
    """Who is looking, with the roles as they stand now. Raises LoggedOut."""
    token = request.cookies.get(COOKIE)
    found = people.viewer(_ledger(request), token) if token else None
    if found is None:
        query = f"?{request.url.query}" if request.url.query else ""
        raise LoggedOut(request.url.path + query if request.method in ("GET", "HEAD") else HOME)
    return found


def csrf(request: Request) -> str:
    """What every form of this session's pages carries as the field `csrf`. Not the session's token itself."""
    return hmac.new(request.cookies.get(COOKIE, "").encode(), b"csrf 1", hashlib.sha256).hexdigest()


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a form of a page of this session. Raises FormRefused."""
    sent = await _sent(request)
    if not hmac.compare_digest(sent.get(CSRF_FIELD, "").encode(), csrf(request).encode()):
        raise FormRefused
    return sent


async def _sent(request: Request) -> Mapping[str, str]:
    """The fields of a form of our own pages, logged in or not: what another site sends is refused."""
    origin = request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if elsewhere or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormRefused
    body = await request.body()
    if len(body) > _LARGEST:
        raise FormRefused
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise FormRefused from None


Looking = Annotated[Viewer, Depends(viewer)]
Form = Annotated[Mapping[str, str], Depends(form)]
Unproven = Annotated[Mapping[str, str], Depends(_sent)]


@router.get("/login")
def login_page(request: Request, back: str = HOME) -> Response:
    """Asks who it is; somebody who is logged in goes on."""
    token = request.cookies.get(COOKIE)
    if token and people.viewer(_ledger(request), token):
        return RedirectResponse(within(back), 303)
    return login(request, back=back)


@router.post("/login")
def log_in(request: Request, sent: Unproven) -> Response:
    """Begins a session for whoever knows the password."""
    back = within(sent.get("back", HOME))
    client = request.client.host if request.client else ""
    email = sent.get("email", "").strip()
    answer = people.log_in(_ledger(request), email, sent.get("password", ""), client)
    if isinstance(answer, people.TooManyTries):
        shown = login(request, 429, back=back, form=_wrong(request, sent, "password", "login.tries"))
        shown.headers["Retry-After"] = str(answer.wait)
        return shown
    if answer is None:
        return login(request, 422, back=back, form=_wrong(request, sent, "password", "login.wrong"))
    return begun(request, answer, back)


def login(
    request: Request, status: int = 200, *, back: str, form: Returned = NOTHING, wrong: str | None = None
) -> Response:
    """The login page. `wrong`: the text of what did not work at the provider."""
    provider = _ledger(request).settings.provider
    name = provider.name if provider else None
    return page(request, "login.html", status, back=within(back), form=form, wrong=wrong, provider=name)


def begun(request: Request, token: str, back: str) -> Response:
    """Goes on in a new session, which takes the place of any the browser had."""
    ledger = _ledger(request)
    if old := request.cookies.get(COOKIE):
        people.log_out(ledger, old)
    response = RedirectResponse(back, 303, HEADERS)
    response.set_cookie(COOKIE, token, path="/console", httponly=True, samesite="lax", secure=secure(ledger))
    return response


@router.post("/logout")
def log_out(request: Request, _sent: Form) -> Response:
    """Ends the session."""
    people.log_out(_ledger(request), request.cookies.get(COOKIE, ""))
    response = RedirectResponse(_LOGIN, 303, HEADERS)
    response.delete_cookie(COOKIE, path="/console", httponly=True, samesite="lax", secure=secure(_ledger(request)))
    return response


@router.get("/password/{token}")
def password_page(token: str, request: Request) -> Response:
    """Asks for a new password, where the link still holds."""
    if not people.link_holds(_ledger(request), token):
        return page(request, "password.html", 404, token=None, form=NOTHING, done=False)
    return page(request, "password.html", token=token, form=NOTHING, done=False)


@router.post("/password/{token}")
def set_password(token: str, request: Request, sent: Unproven) -> Response:
    """Sets the password; the link ends with it, and every session of the person."""
    password = sent.get("password", "")
    if password != sent.get("again", ""):
        form = _wrong(request, {}, "again", "password.differ")
        return page(request, "password.html", 422, token=token, form=form, done=False)
    try:
        done = people.set_password(_ledger(request), token, password)
    except MessageRefused as refused:
        form = Returned(request.url.path, {}, {"password": refused.detail.partition(": ")[2]})
        return page(request, "password.html", 422, token=token, form=form, done=False)
    return page(request, "password.html", 200 if done else 404, token=None, form=NOTHING, done=done)


def _wrong(request: Request, sent: Mapping[str, str], field: str, text: str) -> Returned:
    """The form given back; passwords are typed anew."""
    return Returned(request.url.path, {"email": sent.get("email", "").strip()}, {field: TEXTS[text]})


def _ledger(request: Request) -> Service:
    held: Service = request.app.state.service
    return held.within("")


def secure(ledger: Service) -> bool:
    """Whether cookies go over TLS only."""
    return ledger.settings.cookies_secure and not ledger.settings.demo


def within(back: str) -> str:
    """A path of the console: a link to the login page leads nowhere else."""
    return inside(back) or HOME


def inside(back: str) -> str:
    """The path if it is one of the console, else nothing."""
    ours = back == HOME or back.startswith((f"{HOME}/", f"{HOME}?"))
    return back if ours and back.isprintable() and "\\" not in back else ""


async def _to_login(request: Request, error: Exception) -> Response:
    assert isinstance(error, LoggedOut)
    if request.headers.get("hx-request") == "true":  # a part of a page: the page itself is to be asked for
        return Response(status_code=204, headers={**HEADERS, "HX-Refresh": "true"})
    return RedirectResponse(f"{_LOGIN}?back={quote(error.back, safe='')}", 303, HEADERS)


async def _refused(request: Request, _error: Exception) -> Response:
    return page(request, "refused.html", 403)
