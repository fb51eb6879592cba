"""Deliverability, holds, reassignment, profiles, identification, links, deletion, reversal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from consumers.translators.translation import Translation, given, givens, restrictive_scope
from ledger.acts.contact import ContactChange, Identification, Link, ProfileEdit, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange, Reassignment, Reversal
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
    """A hold whose scope or end cannot be read stands wider or longer, flagged; a lift must read whole."""
    _require_actor(message)
    scope, whole = restrictive_scope(message.scope, data.get("scope"), message.organization)
    if not whole and message.action in _LIFTS:
        raise MessageRefused("wrong_scope", "data.scope: must read, and begin with the organization")
    unread = {"scope": not whole, "until": message.until is None and data.get("until") is not None}
    body = HoldChange(given(message.identifier), message.action, scope, message.until, message.reason)
    flags = tuple(name for name, is_unread in unread.items() if is_unread)
    return Translation(message.organization, body, message.actor, flags)


def reassignment(message: wire.Reassignment, _: Mapping[str, Any]) -> Translation:
    body = Reassignment(given(message.identifier), message.cause, message.evidence)
    return Translation(message.organization, body)


def profile(message: wire_profile.Profile, _: Mapping[str, Any]) -> Translation:
    subject = _subject(message)
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


def _subject(message: wire_profile.Profile | wire.Deletion | wire.Restoration) -> UUID | Given:
    if message.contact_id is not None and message.identifier is None:
        return message.contact_id
    if message.identifier is not None and message.contact_id is None:
        return given(message.identifier)
    raise MessageRefused("invalid_data", "data: name exactly one of identifier and contact_id")


def identify(message: wire.Identify, _: Mapping[str, Any]) -> Translation:
    return Translation(message.organization, Identification(givens(message.identifiers), message.method))


def link(message: wire.Link, _: Mapping[str, Any]) -> Translation:
    body = Link(_side(message.left, "data.left"), _side(message.right, "data.right"), message.reason)
    return Translation(message.organization, body, message.actor)


def _side(side: wire.ContactReference | Identifier, field: str) -> UUID | Given:
    return side.contact_id if isinstance(side, wire.ContactReference) else given(side, field)


def unlink(message: wire.Unlink, _: Mapping[str, Any]) -> Translation:
    if (message.link_id is None) == (message.contact_id is None):
        raise MessageRefused("invalid_data", "data: name exactly one of link_id and contact_id")
    body = Unlink(message.link_id, message.reason, message.contact_id)
    return Translation(message.organization, body, message.actor)


def deletion(message: wire.Deletion, _: Mapping[str, Any]) -> Translation:
    return _contact_change("delete", message)


def restoration(message: wire.Restoration, _: Mapping[str, Any]) -> Translation:
    return _contact_change("restore", message)


def erasure(message: wire.Erasure, _: Mapping[str, Any]) -> Translation:
    return _contact_change("erase", message)


def _contact_change(action: str, message: wire.Deletion | wire.Restoration) -> Translation:
    body = ContactChange(action, _subject(message), message.reason, message.request_id)
    return Translation(message.organization, body, message.actor)


def reversal(message: wire.Reversal, _: Mapping[str, Any]) -> Translation:
    body = Reversal(message.event_id, message.reason, message.batch)
    return Translation(message.organization, body, message.actor)
