"""Who is calling: an API key of the organization in the path, and what its role may do."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from entrypoints import reads
from entrypoints.access import PERMISSIONS, ApiKey, Permission, admitted
from entrypoints.acting import API, Hand
from entrypoints.api.problems import Problem
from entrypoints.reads import LONGEST_REASON
from entrypoints.wiring import Service

_bearer = HTTPBearer(auto_error=False, bearerFormat="clk_<prefix>_<secret>", description="An API key.")


def service(request: Request) -> Service:
    """What the process holds open, within the organization of the path; without one it reads nothing of any."""
    held: Service = request.app.state.service
    return held.within(request.path_params.get("organization", ""))


Ledger = Annotated[Service, Depends(service)]


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller whose key was proven."""

    organization: str
    key: ApiKey
    request: str | None = None
    """What it calls its request by: the same again does nothing again."""

    def may(self, permission: Permission) -> bool:
        return self.key.permits(permission)


def _caller(
    organization: str,
    request: Request,
    ledger: Ledger,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="on writes of settings: sent again with the same body it does nothing again, with another "
            "it is refused with 409. Messages have their own `id`",
            examples=["5c9d4c1e"],
        ),
    ] = None,
) -> Caller:
    stream = ledger.ids.organization(organization)
    events = ledger.reading.growing([stream])[stream]
    key = admitted(given.credentials if given else None, events, ledger.now())
    if key is None:
        raise Problem(
            401,
            "unauthorized",
            "Send a valid API key of this organization as `Authorization: Bearer clk_…`; "
            "`contact-ledger organizations keys issue` issues one.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    request.app.state.key_uses.note(organization, key.id)
    return Caller(organization, key, idempotency_key)


def hand(ledger: Service, caller: Caller) -> Hand:
    """The caller as who changes settings: named by the id of the key, which proves who it was."""
    return Hand(ledger, caller.organization, API, f"api-key/{caller.key.id}", caller.request)


def needs(permission: Permission) -> Callable[[Caller], Caller]:
    """A dependency that admits only keys whose role may do this."""

    def permitted(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        if not caller.may(permission):
            raise Problem(403, "forbidden", _lacking(caller.key, permission))
        return caller

    return permitted


def no_more_than(caller: Caller, permissions: Collection[Permission]) -> None:
    """Refuses to give others what the caller's own key is not issued for."""
    for permission in sorted(permissions):
        if not caller.may(permission):
            raise Problem(403, "forbidden", _lacking(caller.key, permission))


def _lacking(key: ApiKey, permission: Permission) -> str:
    if permission in PERMISSIONS.get(key.role, ()):
        return f"This key is not issued for `{permission}`; use one that is."
    return f"The role `{key.role}` lacks the permission `{permission}`; use a key whose role has it."


def _values(
    request: Request,
    ledger: Ledger,
    caller: Annotated[Caller, Depends(_caller)],
    ledger_reason: Annotated[
        str | None,
        Header(
            max_length=LONGEST_REASON,
            description="why an auditor has to see personal values, such as a case number; it is recorded",
            examples=["case 4711"],
        ),
    ] = None,
) -> bool:
    """Whether personal values are shown: by the role, or by the role and a reason, which is recorded first."""
    if caller.may("values") or not ledger_reason or not caller.may("values_for_reason"):
        return caller.may("values")
    route = request.scope["route"].path.removeprefix("/v1/organizations/{organization}")
    ids = [text for name, text in request.path_params.items() if name.endswith("_id")]
    reads.record(
        ledger,
        caller.organization,
        actor=f"api-key/{caller.key.id}",
        what=f"{request.method} {route}",
        subject=UUID(ids[0]) if ids and _is_id(ids[0]) else None,
        reason=ledger_reason,
    )
    return True


Values = Annotated[bool, Depends(_values)]
"""To stand behind the route's `needs(…)`, so that nothing is recorded of who may not ask."""


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
