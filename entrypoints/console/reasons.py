"""The reason for which an auditor sees values: given once for half an hour, recorded again at every look.

It is kept in the browser, sealed for this person and organization; what was looked at is kept by the ledger.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from entrypoints import reads, typed
from entrypoints.viewer import Viewer
from entrypoints.wiring import Service

_COOKIE: Final = "console_reason"
LASTS: Final = timedelta(minutes=30)


def keep(response: Response, ledger: Service, who: Viewer, organization: str, reason: str) -> None:
    """Lets the browser give this reason for half an hour."""
    response.set_cookie(
        _COOKIE,
        typed.sealed(ledger, _bound(who, organization), reason),
        int(LASTS.total_seconds()),
        path=f"/console/{organization}",
        httponly=True,
        samesite="lax",
    )


def looked(request: Request, ledger: Service, who: Viewer, organization: str) -> bool:
    """Whether a reason is given; if so the look is recorded, before anything is shown."""
    token = request.cookies.get(_COOKIE)
    reason = typed.opened(ledger, _bound(who, organization), token) if token else None
    if reason is None:
        return False
    route = request.scope["route"].path.removeprefix("/console/{organization}")
    subject = request.path_params.get("contact_id") or request.path_params.get("rejection_id")
    reads.record(
        ledger,
        organization,
        actor=f"person/{who.person}",
        what=f"console {route}",
        subject=UUID(subject) if subject else None,
        reason=reason,
    )
    return True


def _bound(who: Viewer, organization: str) -> str:
    return f"{organization} {who.person}"
