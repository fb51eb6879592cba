"""Restrictive acts about an identifier that lacks the channel reach the person's others (DESIGN §3).

"Customer 4711 wants no more texts" is an opt-out of every phone of that person, now and attached later.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID

from ledger.deciding.view import Draft
from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    Blocked,
    EventReversed,
    HoldPlaced,
    OptedOut,
)
from ledger.events.vocabulary import ALL, CHANNELS_OF
from ledger.rules.hold import hold
from ledger.rules.identity import Person, is_deleted
from ledger.rules.timeline import timeline

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def reaches(body: object, from_kind: str, to_kind: str) -> bool:
    """Whether this event about an identifier of one kind is meant for the person's identifiers of another."""
    lacking = CHANNELS_OF[from_kind]
    to_channels = CHANNELS_OF[to_kind]
    if isinstance(body, OptedOut):
        if body.channel == ALL:
            return not lacking and bool(to_channels)
        return body.channel not in lacking and body.channel in to_channels
    return isinstance(body, HoldPlaced) and not lacking and bool(to_channels)


def carry_from(draft: Draft, source: UUID, kind: str, person: Person) -> None:
    """Carries what stands on this identifier over to the person's others."""
    for event in _carriable(draft, source):
        for target, target_kind in person.identifiers.items():
            if target != source and reaches(event.body, kind, target_kind):
                _carry(draft, event, target, None)


def carry_to(draft: Draft, newcomers: Mapping[UUID, str], person: Person, *, link_id: UUID | None) -> None:
    """Carries what stands on the person's identifiers over to those that join it."""
    others = {key: kind for key, kind in person.identifiers.items() if key not in newcomers}
    draft.require(others.keys())
    for source, kind in others.items():
        for event in _carriable(draft, source):
            for target, target_kind in newcomers.items():
                if reaches(event.body, kind, target_kind):
                    _carry(draft, event, target, link_id)


def stands_on(draft: Draft, source: UUID) -> bool:
    """Whether an opt-out or hold that was said of this identifier itself stands."""
    return next(_carriable(draft, source), None) is not None


def _carriable(draft: Draft, source: UUID) -> Iterator[Recorded]:
    """Opt-outs and holds of the stream that are its own, not reversed, and (holds) not lifted."""
    events = list(draft.stream(source).values())
    candidates = [
        event
        for event in events
        if isinstance(event.body, OptedOut | HoldPlaced) and event.body.carried_from is None
    ]
    if not candidates:
        return
    line = timeline(events, at=_END_OF_TIME)
    lifted = {
        v.event_id
        for v in hold(line, candidates[0].envelope.organization).verdicts.values()
        if v.effect == "lifted"
    }
    for event in candidates:
        if event.event_id not in line.reversed_by and event.event_id not in lifted:
            yield event


def _carry(draft: Draft, event: Recorded, target: UUID, link_id: UUID | None) -> None:
    """Once for each link: what an unlink took back is carried again where the two are linked again."""
    body = event.body
    assert isinstance(body, OptedOut | HoldPlaced)
    carried = body.model_copy(
        update={"carried_from": event.event_id, "link_id": link_id, **dict.fromkeys(body.SEALED_FIELDS)}
    )
    over = () if link_id is None else (link_id,)
    event_id = draft.derived(event.event_id, carried, target, *over)
    draft.add(target, carried, event_id, occurred_at=event.effective_at)


def block_if_deleted(draft: Draft, newcomer: UUID, person: Person) -> None:
    """An identifier that joins a deleted contact is blocked with that cause, as its others are."""
    if any(is_deleted(draft.stream(contact).values()) for contact in person.contacts):
        body = Blocked(scope=draft.act.organization, cause="contact_deleted")
        draft.add(newcomer, body, draft.derived(draft.act_id, body, newcomer))


def lift_carried(draft: Draft, source: UUID, kind: str, person: Person) -> None:
    """A hold lifted, or an event reversed, on the source is taken back where it was carried to."""
    events = list(draft.stream(source).values())
    line = timeline(events, at=_END_OF_TIME)
    gone = set(line.reversed_by)
    for verdict in hold(line, draft.act.organization).verdicts.values():
        if verdict.effect == "lifted":
            gone.add(verdict.event_id)
    targets = [key for key, to_kind in person.identifiers.items() if key != source and CHANNELS_OF[to_kind]]
    draft.require(targets)
    for target in targets:
        take_back(draft, target, lambda event: carried_from(event) in gone)


def restore_carried(draft: Draft, source: UUID, undone: Recorded, person: Person) -> None:
    """Where a reversal on the source is taken back, so are those of what was carried that it brought with it."""
    targets = [key for key, to_kind in person.identifiers.items() if key != source and CHANNELS_OF[to_kind]]
    draft.require(targets)
    for target in targets:
        events = list(draft.stream(target).values())
        reversed_by = timeline(events, at=_END_OF_TIME).reversed_by
        for event in events:
            same_act = event.envelope.act_id == undone.envelope.act_id
            if same_act and isinstance(event.body, EventReversed) and event.event_id not in reversed_by:
                body = EventReversed(reversed_event_id=event.event_id)
                draft.add(target, body, draft.derived(draft.act_id, body, event.event_id))


def take_back(draft: Draft, target: UUID, chosen: Callable[[Recorded], bool]) -> None:
    """Reverses the carried events of a stream that are chosen and not yet reversed."""
    events = list(draft.stream(target).values())
    copies = [event for event in events if carried_from(event) is not None and chosen(event)]
    if not copies:
        return
    reversed_by = timeline(events, at=_END_OF_TIME).reversed_by
    for event in copies:
        if event.event_id not in reversed_by:
            body = EventReversed(reversed_event_id=event.event_id)
            draft.add(target, body, draft.derived(draft.act_id, body, event.event_id))


def carried_from(event: Recorded) -> UUID | None:
    """The event about another identifier that this one carries over; None where it is nobody's copy."""
    return event.body.carried_from if isinstance(event.body, OptedOut | HoldPlaced) else None
