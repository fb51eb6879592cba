"""The ids that follow from an act alone: its own, its digest, and the streams it names.

They are worked out where a message is taken in, beside the process that decides and records; where nobody did, they
are worked out when they are asked for. Both ways give the same ids, for both have the same pepper.
"""

from collections.abc import Collection
from uuid import UUID

from ledger.acts.act import Act
from ledger.acts.consent import SignUp
from ledger.acts.contact import (
    ContactChange,
    Dismissal,
    Identification,
    IdentifierAssignment,
    Link,
    ProfileEdit,
    Unlink,
)
from ledger.acts.given import Given, Kept
from ledger.acts.identifier import PlatformListing, Reversal
from ledger.acts.keywords import Reclassification
from ledger.acts.settings import ScopeChange
from ledger.events.contact import ContactsLinked
from ledger.ids import Ids
from ledger.rules.scopes import lineage


def name(ids: Ids, act: Act) -> None:
    """Works the ids out, and leaves them with the act."""
    act.id = act_id(ids, act)
    act.digest = digest(ids, act)
    for given in givens_of(act):
        given.id = identifier_id(ids, act.organization, given)
    act.subjects = tuple(_subjects(ids, act))


def act_id(ids: Ids, act: Act) -> UUID:
    """Id of what the act does, under the message id it came with."""
    return act.id or ids.act(act.organization, act.source, act.message_id)


def digest(ids: Ids, act: Act) -> bytes:
    """Keyed digest of what the act says."""
    return act.digest or ids.digest(act.content)


def identifier_id(ids: Ids, organization: str, given: Given | Kept) -> UUID:
    """Stream id of an identifier that an act of this organization names."""
    if given.id is not None:
        return given.id
    return ids.identifier(organization, given.kind, given.value)


def identifiers(ids: Ids, act: Act) -> set[UUID]:
    """Stream ids of the identifiers the act names."""
    named = {identifier_id(ids, act.organization, given) for given in givens_of(act)}
    kept = getattr(act.body, "identifier", None)
    return named | {kept.id} if isinstance(kept, Kept) else named


def givens_of(act: Act) -> tuple[Given, ...]:
    """The identifiers the act names."""
    body = act.body
    if isinstance(body, SignUp | Identification):
        return body.identifiers
    if isinstance(body, Link):
        return tuple(side for side in (body.left, body.right) if isinstance(side, Given))
    if isinstance(body, ContactChange):
        return (body.subject,) if isinstance(body.subject, Given) else ()
    given = getattr(body, "identifier", None)
    return (given,) if isinstance(given, Given) else ()


def contacts_of(act: Act) -> tuple[UUID, ...]:
    """The contacts the act names by their ids."""
    match act.body:
        case (
            ContactChange(subject=UUID() as contact)
            | ProfileEdit(contact_id=UUID() as contact)
            | Unlink(contact=UUID() as contact)
            | IdentifierAssignment(contact_id=contact)
        ):
            return (contact,)
        case Link(left=left, right=right) | Dismissal(left=left, right=right):
            return tuple(side for side in (left, right) if isinstance(side, UUID))
        case _:
            return ()


def named_events(ids: Ids, act: Act) -> list[UUID]:
    """Events that the act names, of which only the log says where they are."""
    if isinstance(act.body, Reversal):
        return [act.body.event_id]
    if isinstance(act.body, Reclassification):
        return [act.body.reply_event_id]
    if isinstance(act.body, Unlink) and act.body.link_id is not None:
        return [ids.derived(act.body.link_id, ContactsLinked.NAME, side) for side in ("low", "high")]
    return []


def subjects(ids: Ids, act: Act) -> Collection[UUID]:
    """Every stream the act names itself."""
    return act.subjects if act.subjects is not None else _subjects(ids, act)


def _subjects(ids: Ids, act: Act) -> set[UUID]:
    body = act.body
    if isinstance(body, PlatformListing):
        return {ids.platform(body.identifier.kind, body.identifier.value)}
    named = identifiers(ids, act)
    named |= set(contacts_of(act))
    if isinstance(body, SignUp):
        named |= {ids.scope(one) for wanted in body.subscriptions for one in lineage(wanted.scope)}
    elif isinstance(body, ScopeChange):
        named.add(ids.scope(body.scope))
    return named
