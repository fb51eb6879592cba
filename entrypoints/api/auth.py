"""Who is calling: an API key of the organization in the path, and what its role may do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from entrypoints.access import ApiKey, Permission, admitted
from entrypoints.acting import API, Hand
from entrypoints.api.problems import Problem
from entrypoints.wiring import Service

_bearer = HTTPBearer(auto_error=False, bearerFormat="clk_<prefix>_<secret>", description="An API key.")


def service(request: Request) -> Service:
    """What the process holds open, as put there by `create_app`."""
    held: Service = request.app.state.service
    return held


Ledger = Annotated[Service, Depends(service)]


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller whose key was proven."""

    organization: str
    key: ApiKey

    def may(self, permission: Permission) -> bool:
        return self.key.permits(permission)


def _caller(
    organization: str, ledger: Ledger, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    stream = ledger.ids.organization(organization)
    events = ledger.reading.read([stream])[stream]
    key = admitted(given.credentials if given else None, events, ledger.now())
    if key is None:
        raise Problem(
            401,
            "unauthorized",
            "Send a valid API key of this organization as `Authorization: Bearer clk_…`; "
            "`contact-ledger organizations keys issue` issues one.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Caller(organization, key)


def hand(ledger: Service, caller: Caller) -> Hand:
    """The caller as who changes settings: named by the id of the key, which proves who it was."""
    return Hand(ledger, caller.organization, API, f"api-key/{caller.key.id}")


def needs(permission: Permission) -> Callable[[Caller], Caller]:
    """A dependency that admits only keys whose role may do this."""

    def permitted(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        if not caller.may(permission):
            raise Problem(
                403,
                "forbidden",
                f"The role `{caller.key.role}` lacks the permission `{permission}`; use a key whose role has it.",
            )
        return caller

    return permitted
