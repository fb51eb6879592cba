"""An organization's keys, profile fields and retention: for its administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from entrypoints import fields, keys, retention
from entrypoints.access import Role
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import Asked, Moment
from entrypoints.fields import FieldSeen
from entrypoints.keys import KeySeen
from entrypoints.organizations import issue_key
from entrypoints.retention import Retention

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["settings"])
_Reader = Annotated[Caller, Depends(needs("organization"))]
_Admin = Annotated[Caller, Depends(needs("settings"))]
_Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["shoe_size"])]


class KeyAsked(Asked):
    """A key to be issued."""

    role: Role
    expires_at: Moment | None = None


class KeyIssued(BaseModel):
    """The key: shown only this once."""

    key: str = Field(examples=["clk_0123456789ab_…"])


class FieldGiven(Asked):
    """A custom field to be defined. The type of one that exists never changes."""

    value_type: str = Field(max_length=20, examples=["number"])
    display_name: str = Field("", max_length=200, examples=["Shoe size"])


class DaysGiven(Asked):
    """For how many days it is kept."""

    days: int = Field(ge=1)


@router.get("/keys")
def list_keys(ledger: Ledger, caller: _Admin) -> list[KeySeen]:
    """Every key the organization ever had, the latest first."""
    return keys.listed(ledger, caller.organization)


@router.post("/keys")
def issue(asked: KeyAsked, ledger: Ledger, caller: _Admin) -> KeyIssued:
    """Issues a key. The answer is the only place it is ever seen."""
    return KeyIssued(key=issue_key(ledger, caller.organization, asked.role, asked.expires_at, hand(ledger, caller)))


@router.delete("/keys/{key_id}")
def revoke(key_id: UUID, ledger: Ledger, caller: _Admin) -> KeySeen:
    """Revokes a key for good, from the next request on; also the caller's own."""
    keys.get(ledger, caller.organization, key_id)
    keys.revoke(hand(ledger, caller), key_id)
    return keys.get(ledger, caller.organization, key_id)


@router.get("/fields")
def list_fields(ledger: Ledger, caller: _Reader) -> list[FieldSeen]:
    """System fields, then the organization's own."""
    return fields.listed(ledger, caller.organization)


@router.put("/fields/{field}")
def define_field(field: _Code, given: FieldGiven, ledger: Ledger, caller: _Admin) -> FieldSeen:
    """Defines a custom field, names it anew, or takes a retired one up again."""
    fields.define(hand(ledger, caller), field, given.value_type, given.display_name)
    return fields.get(ledger, caller.organization, field)


@router.delete("/fields/{field}")
def retire_field(field: _Code, ledger: Ledger, caller: _Admin) -> FieldSeen:
    """Retires a custom field; its values are kept."""
    fields.get(ledger, caller.organization, field)
    fields.retire(hand(ledger, caller), field)
    return fields.get(ledger, caller.organization, field)


@router.get("/retention")
def list_retention(ledger: Ledger, caller: _Reader) -> list[Retention]:
    """What can be given a retention, and for how many days it is kept."""
    return retention.listed(ledger, caller.organization)


@router.put("/retention/{subject}")
def set_retention(subject: str, given: DaysGiven, ledger: Ledger, caller: _Admin) -> list[Retention]:
    """Sets for how many days something is kept."""
    retention.set_days(hand(ledger, caller), subject, given.days)
    return retention.listed(ledger, caller.organization)
