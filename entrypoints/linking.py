"""Two people made one by somebody's word, and parted again: shown first, then done (L8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.masking import masked
from entrypoints.wiring import Service
from ledger.acts.contact import Link, Unlink
from ledger.acts.given import Given
from ledger.events.contact import ContactsLinked, ContactsUnlinked
from ledger.events.identifier import IdentifierClaimed
from ledger.previewing import Known, Preview, Said, preview
from ledger.rules.identity import links

Side = UUID | Given
"""One of the two: a contact's id, any it ever had, or an identifier the person holds."""


class IdentifierTold(BaseModel):
    """An identifier of a person."""

    id: UUID
    kind: str
    value: str | None = Field(description="masked for who may not read values; null once erased")


class PersonTold(BaseModel):
    """A person: all the contact ids that lead to it, oldest first, and its identifiers."""

    id: UUID
    contact_ids: list[UUID]
    identifiers: list[IdentifierTold]


class ValueTold(BaseModel):
    """A profile field's value, the contact whose edit made it, and when that took effect."""

    value: Any
    contact_id: UUID
    at: datetime


class FieldTold(BaseModel):
    """A profile field of a resulting person: what it will show, and what was shown until now and is not that."""

    person_id: UUID
    field: str
    winner: ValueTold | None
    losers: list[ValueTold]


class ReachTold(BaseModel):
    """What may be sent to an identifier at a place: without this and with it. No reasons: it may be sent."""

    person_id: UUID
    identifier_id: UUID
    channel: str
    scope: str
    purpose: str
    consent: str
    reasons_before: list[str]
    reasons: list[str]


class CarriedTold(BaseModel):
    """An opt-out or hold said of one identifier that takes hold of another, or lets go of it."""

    identifier_id: UUID
    source_event_id: UUID
    name: str = Field(examples=["identifier.opted-out.v1"])
    channel: str
    scope: str
    purposes: list[str]
    taken_back: bool


class ConflictTold(BaseModel):
    """Why the ledger would not have done this by itself."""

    cause: str = Field(description="two_external_ids, limit, blocked, unlinked_before or deleted")
    kind: str | None
    count: int | None
    limit: int | None


class PreviewTold(BaseModel):
    """What a link or an unlink comes to. `links`: the contacts it links or parts; none: it changes nothing."""

    links: list[tuple[UUID, UUID]]
    before: list[PersonTold]
    after: list[PersonTold]
    aliases: dict[UUID, UUID] = Field(description="contact id → the person it will lead to, where it is another's")
    fields: list[FieldTold]
    reaches: list[ReachTold]
    carried: list[CarriedTold]
    conflicts: list[ConflictTold]
    becomes_unsendable: int
    becomes_sendable: int


class LinkTold(BaseModel):
    """A link that stands between two contacts of a person."""

    link_id: UUID
    contact_ids: list[UUID]
    automatic: bool
    cause: str
    at: datetime


class LinksDone(BaseModel):
    """The links made or removed (none: nothing was new in it), and the people now."""

    links: list[UUID]
    people: list[UUID]


def previewed_link(ledger: Service, organization: str, left: Side, right: Side, *, values: bool) -> PreviewTold:
    """What linking the two would come to. Changes nothing. Raises MessageRefused."""
    return _previewed(Hand(ledger, organization), Link(left, right), values=values)


def previewed_unlink(ledger: Service, organization: str, unlink: Unlink, *, values: bool) -> PreviewTold:
    """What removing a link, or every link of a contact, would come to. Changes nothing. Raises MessageRefused."""
    return _previewed(Hand(ledger, organization), unlink, values=values)


def link(hand: Hand, left: Side, right: Side, reason: str, *, message_id: str | None = None) -> LinksDone:
    """Links the two people; again under the same message id is the same link. Raises MessageRefused."""
    return _done(hand, Link(left, right, reason), {"left": left, "right": right, "reason": reason}, message_id)


def unlink(hand: Hand, asked: Unlink, *, message_id: str | None = None) -> LinksDone:
    """Removes a link, or every link of a contact; again is harmless. Raises MessageRefused."""
    said = {"link_id": asked.link_id, "contact": asked.contact, "reason": asked.reason}
    return _done(hand, asked, said, message_id)


def standing_links(ledger: Service, organization: str, contact: UUID) -> list[LinkTold]:
    """The links that hold a person together, by any of its contact ids, oldest first. Raises NotFound."""
    person = ledger.answers.person(organization, contact)
    streams = ledger.reading.read(person.contacts)
    standing = {link_id for events in streams.values() for link_id in links(events)}
    found = {
        event.body.link_id: LinkTold(
            link_id=event.body.link_id,
            contact_ids=sorted([event.stream_id, event.body.other_contact_id]),
            automatic=event.body.automatic,
            cause=event.body.cause,
            at=event.effective_at,
        )
        for events in streams.values()
        for event in events
        if isinstance(event.body, ContactsLinked) and event.body.link_id in standing
    }
    return sorted(found.values(), key=lambda one: (one.at, one.link_id))


def _done(hand: Hand, body: Link | Unlink, said: Mapping[str, Any], message_id: str | None) -> LinksDone:
    act = hand.act(body, message_id=message_id, said=said)
    outcome = hand.bring_in(act)
    recorded = outcome.event_ids or hand.ledger.recording.recorded_before(act)
    made = hand.ledger.reading.find_events(recorded).values()
    changed = [e for e in made if isinstance(e.body, ContactsLinked | ContactsUnlinked)]
    sides = {event.stream_id for event in changed}
    people = {hand.ledger.answers.person(hand.organization, side).id for side in sides}
    link_ids = {event.body.link_id for event in changed}  # type: ignore[attr-defined]
    return LinksDone(links=sorted(link_ids), people=sorted(people))


def _previewed(hand: Hand, body: Link | Unlink, *, values: bool) -> PreviewTold:
    ledger = hand.ledger
    seen = preview(ledger.reading, ledger.ids, hand.act(body), at=ledger.answers.moment())
    shown = _values(ledger, seen, values=values)
    was = {contact: known.person.id for known in seen.before for contact in known.person.contacts}
    leads = {contact: known.person.id for known in seen.after for contact in known.person.contacts}
    return PreviewTold(
        links=list(seen.links),
        before=[_person(known, shown) for known in seen.before],
        after=[_person(known, shown) for known in seen.after],
        aliases={contact: person for contact, person in leads.items() if was[contact] != person},
        fields=[
            FieldTold(
                person_id=one.person_id,
                field=one.field,
                winner=_said(one.winner, values=values) if one.winner is not None else None,
                losers=[_said(lost, values=values) for lost in one.losers],
            )
            for one in seen.fields
        ],
        reaches=[ReachTold.model_validate(one, from_attributes=True) for one in seen.reaches],
        carried=[CarriedTold.model_validate(one, from_attributes=True) for one in seen.carried],
        conflicts=[ConflictTold.model_validate(one, from_attributes=True) for one in seen.conflicts],
        becomes_unsendable=sum(bool(one.reasons) and not one.reasons_before for one in seen.reaches),
        becomes_sendable=sum(bool(one.reasons_before) and not one.reasons for one in seen.reaches),
    )


def _values(ledger: Service, seen: Preview, *, values: bool) -> dict[UUID, str | None]:
    held = {key for known in seen.before for key in known.person.identifiers}
    streams = ledger.reading.read(held)
    claims = [e for events in streams.values() for e in events if isinstance(e.body, IdentifierClaimed)]
    shown: dict[UUID, str | None] = {}
    for event in ledger.reading.open(claims):
        body = event.body
        assert isinstance(body, IdentifierClaimed)
        shown[event.stream_id] = body.value if values else masked(body.kind, body.value)
    return shown


def _person(known: Known, shown: Mapping[UUID, str | None]) -> PersonTold:
    return PersonTold(
        id=known.person.id,
        contact_ids=list(known.person.contacts),
        identifiers=[
            IdentifierTold(id=key, kind=kind, value=shown.get(key))
            for key, kind in known.person.identifiers.items()
        ],
    )


def _said(said: Said, *, values: bool) -> ValueTold:
    return ValueTold(value=said.value if values else "***", contact_id=said.contact_id, at=said.at)
