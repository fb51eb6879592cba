"""Signing in to the console at the organization's own OpenID provider, beside passwords."""

from typing import Final

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from entrypoints import oidc, people
from entrypoints.console import session
from entrypoints.console.rendering import HEADERS
from entrypoints.provider import RETURN, SIGN_ON, Provider
from entrypoints.wiring import Service
from ledger.store import sign_ons

COOKIE: Final = "ledger_sign_on"
FAILED: Final = "login.provider.failed"
STRANGER: Final = "login.provider.stranger"

router = APIRouter(prefix=SIGN_ON, include_in_schema=False)


def routers(app: FastAPI, provider: Provider | None) -> list[APIRouter]:
    """The way to the provider and back, where there is one."""
    if provider is None:
        return []
    app.state.discovery = oidc.Discovery(provider, app.state.service.now)
    return [router]


@router.get("")
def leave(request: Request, back: str = session.HOME) -> Response:
    """Sends the browser to the provider. A link leads here: no form may be redirected to another site."""
    ledger, discovery = _ledger(request), _discovery(request)
    begun = oidc.attempt()
    try:
        away = oidc.address(discovery.provider, discovery.metadata(), begun)
    except oidc.SignOnRefused as refused:
        return _refused(request, back, FAILED, refused.reason)
    with ledger.writing.connection() as connection:
        sign_ons.begin(connection, begun.digest, session.within(back), ledger.now())
    response = RedirectResponse(away, 303, HEADERS)
    response.set_cookie(
        COOKIE,
        begun.secret,
        int(sign_ons.LIVES.total_seconds()),
        path=SIGN_ON,
        httponly=True,
        samesite="lax",
        secure=session.secure(ledger),
    )
    return response


@router.get(RETURN.removeprefix(SIGN_ON))
def come_back(request: Request, state: str = "", code: str = "", iss: str | None = None) -> Response:
    """Begins a session for whom the provider has proven to be somebody added before: once for each attempt."""
    ledger, discovery = _ledger(request), _discovery(request)
    begun = oidc.Attempt(state, request.cookies.get(COOKIE, ""))
    with ledger.writing.connection() as connection:
        back = sign_ons.taken(connection, begun.digest, ledger.now())
    if back is None:
        return _refused(request, session.HOME, FAILED, "no such attempt of this browser, or not any more")
    if not code or iss not in (None, discovery.provider.issuer):  # RFC 9207: another provider's answer
        return _refused(request, back, FAILED, "the provider gave no code")
    try:
        metadata = discovery.metadata()
        email = oidc.proven_email(discovery.provider, metadata, begun, code, ledger.now())
    except oidc.SignOnRefused as refused:
        wrong = STRANGER if refused.reason == oidc.UNVERIFIED else FAILED
        return _refused(request, back, wrong, refused.reason)
    token = people.let_in(ledger, email)
    if token is None:
        return _refused(request, back, STRANGER, "nobody was added with this address, or is disabled")
    response = session.begun(request, token, back)
    response.delete_cookie(COOKIE, path=SIGN_ON)
    return response


def _ledger(request: Request) -> Service:
    held: Service = request.app.state.service
    return held


def _discovery(request: Request) -> oidc.Discovery:
    held: oidc.Discovery = request.app.state.discovery
    return held


def _refused(request: Request, back: str, wrong: str, reason: str) -> Response:
    """The login page, which says what to do; why it was is the operator's to read."""
    structlog.get_logger().warning("sign-on refused", reason=reason)
    return session.login(request, 403, back=back, wrong=wrong)
