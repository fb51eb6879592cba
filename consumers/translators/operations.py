"""Deliverability, holds, reassignment, profiles, identification, links, deletion, reversal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from consumers.translators.translation import Translation, given, givens, moment, restrictive_scope
from ledger.acts import (
    ContactChange,
    DeliverabilityChange,
    Given,
    HoldChange,
    Identification,
    Link,
    ProfileEdit,
    Reassignment,
    Reversal,
    Unlink,
)
from ledger.errors import MessageRefused
from schemas import operations as wire
from schemas import profile as wire_profile
from schemas.message import Identifier

_LIFTS = ("resume", "unblock", "unban", "reactivate", "unblacklist", "withdraw_complaint")


def _require_actor(message: wire.Hold | wire.Deliverability) -> None:
    """Whoever makes an address sendable again says who they are and why."""
    if message.action in _LIFTS and not (message.actor and message.reason):
        raise MessageRefused("invalid_data", "data.actor, data.reason: both are needed to lift something")


def deliverability(message: wire.Deliverability, _: Mapping[str, Any]) -> Translation:
    _require_actor(message)
    body = DeliverabilityChange(given(message.identifier), message.action, message.reason)
    return Translation(message.organization, body, message.actor)


def hold(message: wire.Hold, data: Mapping[str, Any]) -> Translation:
    """A hold whose scope or end cannot be read stands wider or longer; a lift must read whole."""
    _require_actor(message)
    scope, whole = restrictive_scope(message.scope, data, "scope", message.organization)
    flags = () if whole else ("scope",)
    if flags and message.action in _LIFTS:
        raise MessageRefused("wrong_scope", "data.scope: must read, and begin with the organization")
    until = moment(message.until)
    if data.get("until") is not None and until is None:
        flags = (*flags, "until")
    body = HoldChange(given(message.identifier), message.action, scope, until, message.reason)
    return Translation(message.organization, body, message.actor, flags)


def reassignment(message: wire.Reassignment, _: Mapping[str, Any]) -> Translation:
    body = Reassignment(given(message.identifier), message.cause, message.evidence)
    return Translation(message.organization, body)


def profile(message: wire_profile.Profile, _: Mapping[str, Any]) -> Translation:
    subject = _subject(message.identifier, _contact_id(message.contact_id))
    body = ProfileEdit(
        identifier=subject if isinstance(subject, Given) else None,
        contact_id=subject if isinstance(subject, UUID) else None,
        set=message.set,
        append=message.append,
        fill=message.fill,
        remove=tuple(sorted(set(message.remove))),
    )
    if not (body.set or body.append or body.fill or body.remove):
        raise MessageRefused("invalid_data", "data: name at least one field in set, append, fill or remove")
    return Translation(message.organization, body, message.actor)


def _contact_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text is not None else None
    except ValueError:
        raise MessageRefused("invalid_data", "data.contact_id: not a UUID") from None


def _subject(identifier: Identifier | None, contact_id: UUID | None) -> UUID | Given:
    if (identifier is None) == (contact_id is None):
        raise MessageRefused("invalid_data", "data: name exactly one of identifier and contact_id")
    if contact_id is not None:
        return contact_id
    assert identifier is not None
    return given(identifier)


def identify(message: wire.Identify, _: Mapping[str, Any]) -> Translation:
    return Translation(message.organization, Identification(givens(message.identifiers), message.method))


def link(message: wire.Link, _: Mapping[str, Any]) -> Translation:
    sides: list[UUID | Given] = [*message.contact_ids, *givens(message.identifiers)]
    if len(sides) != 2:
        raise MessageRefused("invalid_data", "data: name two sides in contact_ids and identifiers together")
    return Translation(message.organization, Link(sides[0], sides[1], message.reason), message.actor)


def unlink(message: wire.Unlink, _: Mapping[str, Any]) -> Translation:
    return Translation(message.organization, Unlink(message.link_id, message.reason), message.actor)


def contact_change(action: str, message: wire.ContactChange) -> Translation:
    subject = _subject(message.identifier, message.contact_id)
    body = ContactChange(action, subject, message.reason, message.request_id)
    return Translation(message.organization, body, message.actor)


def reversal(message: wire.Reversal, _: Mapping[str, Any]) -> Translation:
    body = Reversal(message.event_id, message.reason, message.batch)
    return Translation(message.organization, body, message.actor)
