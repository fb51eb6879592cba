"""An organization's keys, profile fields and retention: for its administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from entrypoints import channels, fields, keys, retention, settings_history
from entrypoints.api.auth import Caller, Ledger, hand, needs, no_more_than
from entrypoints.api.models import Asked, Channel, Moment
from entrypoints.api.problems import Problem
from entrypoints.channels import ChannelSeen
from entrypoints.fields import FieldSeen
from entrypoints.keys import KeySeen
from entrypoints.organizations import issue_key
from entrypoints.retention import Retention
from entrypoints.roles import PERMISSIONS, Permission, Role
from entrypoints.settings_history import ChangeSeen, Subject
from ledger.events.scope import covers

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["settings"])
_Reader = Annotated[Caller, Depends(needs("organization"))]
_Admin = Annotated[Caller, Depends(needs("settings"))]
_Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["shoe_size"])]


class KeyAsked(Asked):
    """A key to be issued."""

    role: Role
    expires_at: Moment | None = None
    permissions: list[Permission] | None = Field(
        None,
        description="what it is limited to of what its role may do; absent: all of it",
        examples=[["sendable"]],
    )


class KeyIssued(BaseModel):
    """The key: shown only this once."""

    key: str = Field(examples=["clk_0123456789ab_…"])


class FieldGiven(Asked):
    """A custom field to be defined. The type of one that exists never changes."""

    value_type: str = Field(max_length=20, examples=["number"])
    display_name: str = Field("", max_length=200, examples=["Shoe size"])


class ChannelsGiven(Asked):
    """The channels in use."""

    channels: list[Channel] = Field(min_length=1, max_length=20, examples=[["email", "sms"]])


class DaysGiven(Asked):
    """For how many days it is kept."""

    days: int = Field(ge=1)


@router.get("/settings/history")
def list_changes(
    ledger: Ledger,
    caller: _Reader,
    subject: Annotated[Subject, Query(description="what was set")],
    scope: Annotated[list[str] | None, Query(max_length=100, description="scopes to look at, for `scopes`")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
) -> list[ChangeSeen]:
    """Who changed a part of the settings and when, latest first; people and keys for administrators."""
    if subject in ("people", "keys") and not caller.may("settings"):
        raise Problem(403, "forbidden", "Changes of people and keys are for who has the permission `settings`.")
    scopes = [one for one in scope or [] if covers(caller.organization, one)]
    return settings_history.changes(
        ledger, caller.organization, subject, scopes=scopes, values=caller.may("values"), limit=limit
    )


@router.get("/keys")
def list_keys(ledger: Ledger, caller: _Admin) -> list[KeySeen]:
    """Every key the organization ever had, the latest first."""
    return keys.listed(ledger, caller.organization)


@router.post("/keys")
def issue(asked: KeyAsked, ledger: Ledger, caller: _Admin) -> KeyIssued:
    """Issues a key that may do no more than the caller's. The answer is the only place it is ever seen."""
    no_more_than(caller, PERMISSIONS[asked.role] if asked.permissions is None else asked.permissions)
    by = hand(ledger, caller)
    return KeyIssued(
        key=issue_key(ledger, caller.organization, asked.role, asked.expires_at, by, asked.permissions)
    )


@router.delete("/keys/{key_id}")
def revoke(key_id: UUID, ledger: Ledger, caller: _Admin) -> KeySeen:
    """Revokes a key for good, from the next request on; also the caller's own."""
    keys.get(ledger, caller.organization, key_id)
    keys.revoke(hand(ledger, caller), key_id)
    return keys.get(ledger, caller.organization, key_id)


@router.get("/channels")
def list_channels(ledger: Ledger, caller: _Reader) -> list[ChannelSeen]:
    """Every channel, and whether it has a place in the organization's lists."""
    return channels.listed(ledger, caller.organization)


@router.put("/channels")
def choose_channels(given: ChannelsGiven, ledger: Ledger, caller: _Admin) -> list[ChannelSeen]:
    """Says which channels are in use, all of them; nothing else depends on it."""
    channels.choose(hand(ledger, caller), given.channels)
    return channels.listed(ledger, caller.organization)


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
