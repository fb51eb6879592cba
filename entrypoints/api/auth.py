"""Who is calling: an API key of the organization in the path, and what its role may do."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from entrypoints import reads
from entrypoints.acting import API, Hand
from entrypoints.api import once
from entrypoints.api.problems import Problem, invalid
from entrypoints.keys import ApiKey, admitted
from entrypoints.reads import LONGEST_REASON
from entrypoints.roles import PERMISSIONS, Permission
from entrypoints.unknown_parameters import unknown_parameters
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
    told_apart: str = ""
    """With that, what tells the request from others."""

    @property
    def name(self) -> str:
        """Who it is in the record: the key that was proven, whatever the request says of its actor."""
        return f"api-key/{self.key.id}"

    def may(self, permission: Permission) -> bool:
        return self.key.permits(permission)


def _caller(
    organization: str,
    request: Request,
    ledger: Ledger,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    told_apart: once.ToldApart,
    idempotency_key: once.Key = None,
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
    if unknown := unknown_parameters(request):
        raise invalid(*[(name, "there is no such parameter here") for name in unknown])
    return Caller(organization, key, idempotency_key, told_apart)


def hand(ledger: Service, caller: Caller) -> Hand:
    """The caller as who changes settings: named by the id of the key, which proves who it was."""
    return Hand(ledger, caller.organization, API, caller.name, caller.request, request=caller.told_apart)


def needs(permission: Permission) -> Callable[[Caller, Service, Request], Caller]:
    """A dependency that admits only keys whose role may do this, once under an `Idempotency-Key`."""

    def permitted(caller: Annotated[Caller, Depends(_caller)], ledger: Ledger, request: Request) -> Caller:
        if not caller.may(permission):
            raise Problem(403, "forbidden", lacking(caller.key, permission))
        once.refuse_another(hand(ledger, caller), request)
        return caller

    return permitted


def no_more_than(caller: Caller, permissions: Collection[Permission]) -> None:
    """Refuses to give others what the caller's own key is not issued for."""
    for permission in sorted(permissions):
        if not caller.may(permission):
            raise Problem(403, "forbidden", lacking(caller.key, permission))


def lacking(key: ApiKey, permission: Permission) -> str:
    """What is said to a key that may not do this."""
    if permission in PERMISSIONS.get(key.role, ()):
        return f"This key is not issued for `{permission}`; use one that is."
    return f"The role `{key.role}` lacks the permission `{permission}`; use a key whose role has it."


Reason = Annotated[
    str | None,
    Header(
        max_length=LONGEST_REASON,
        description="why an auditor has to see personal values, such as a case number; it is recorded",
        examples=["case 4711"],
    ),
]


def shows_values(
    request: Request, ledger: Service, caller: Caller, reason: str | None, *, subject: UUID | None
) -> bool:
    """Whether personal values are shown: by the role, or by the role and a reason, which is recorded first.

    `subject` is the contact or identifier that is looked at, None a list.
    """
    if caller.may("values") or not reason or not caller.may("values_for_reason"):
        return caller.may("values")
    route = request.scope["route"].path.removeprefix("/v1/organizations/{organization}")
    what = f"{request.method} {route}"
    reads.record(ledger, caller.organization, actor=caller.name, what=what, subject=subject, reason=reason)
    return True


def _values(
    request: Request, ledger: Ledger, caller: Annotated[Caller, Depends(_caller)], ledger_reason: Reason = None
) -> bool:
    ids = [text for name, text in request.path_params.items() if name.endswith("_id")]
    subject = UUID(ids[0]) if ids and _is_id(ids[0]) else None
    return shows_values(request, ledger, caller, ledger_reason, subject=subject)


Values = Annotated[bool, Depends(_values)]
"""To stand behind the route's `needs(…)`, so that nothing is recorded of who may not ask."""


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
