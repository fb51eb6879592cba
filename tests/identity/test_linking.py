"""Random links and unlinks: who is one person, who stays apart, and that nobody becomes sendable by them."""

from collections.abc import Iterable
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.acts.act import Body
from ledger.acts.contact import Link, Unlink
from ledger.acts.given import Given
from ledger.deciding.carrying import carried_from
from ledger.events.contact import ContactsLinked, ContactsUnlinked
from ledger.events.envelope import Recorded
from ledger.events.identifier import EventReversed
from ledger.events.vocabulary import CHANNELS_OF
from ledger.rules.identity import people
from ledger.rules.status import status
from tests.histories import LEARNT
from tests.identity.test_previewing import GIVENS, SCOPES, bodies, everyone, told
from tests.identity.test_rollup import Ledger, key

histories = st.lists(bodies(), max_size=12)
chosen = st.lists(st.integers(0, 20), max_size=6)


def contacts_of(ledger: Ledger) -> list[UUID]:
    streams = ledger.log.streams.items()
    return sorted(stream for stream, events in streams if events[0].name.startswith("contact."))


def everything(ledger: Ledger) -> Iterable[Recorded]:
    return sorted((e for events in ledger.log.streams.values() for e in events), key=lambda event: event.position)


def standing(ledger: Ledger) -> dict[UUID, frozenset[UUID]]:
    """Link id → the two contacts, in the plain words of the log."""
    found: dict[UUID, frozenset[UUID]] = {}
    for event in everything(ledger):
        if isinstance(event.body, ContactsLinked):
            found[event.body.link_id] = frozenset({event.stream_id, event.body.other_contact_id})
        elif isinstance(event.body, ContactsUnlinked):
            found.pop(event.body.link_id, None)
    return found


def take(ledger: Ledger, history: list[Body], unlinks: list[int]) -> None:
    """The history, with unlinks of whatever stands strewn into it: one link, or all of a contact."""
    everyone(ledger)
    for number, body in enumerate(history):
        ledger.does(body)
        known = sorted(standing(ledger))
        if number < len(unlinks) and known:
            link_id = known[unlinks[number] % len(known)]
            whole = unlinks[number] % 3 == 0
            ledger.does(Unlink(contact=min(standing(ledger)[link_id])) if whole else Unlink(link_id))


@settings(max_examples=150, deadline=None)
@given(history=histories, unlinks=chosen)
def test_people_are_the_components_of_the_links_that_stand(history: list[Body], unlinks: list[int]) -> None:
    ledger = Ledger()
    take(ledger, history, unlinks)
    parts = [{contact} for contact in contacts_of(ledger)]
    for pair in standing(ledger).values():
        touching = [part for part in parts if part & pair]
        assert len(touching) == 2, "a circle"
        parts = [part for part in parts if part not in touching] + [set[UUID]().union(*touching)]
    found = people(contacts_of(ledger), ledger.log.read)
    assert {frozenset(one.contacts) for one in found} == {frozenset(part) for part in parts}


@settings(max_examples=150, deadline=None)
@given(history=histories, unlinks=chosen)
def test_no_link_and_no_unlink_makes_anything_sendable_that_its_own_events_do_not(
    history: list[Body], unlinks: list[int]
) -> None:
    ledger = Ledger()
    take(ledger, history, unlinks)
    for one in GIVENS:
        events = ledger.log.read([key(one)])[key(one)]
        copies = {event.event_id for event in events if carried_from(event) is not None}
        own = [
            event
            for event in events
            if event.event_id not in copies
            and not (isinstance(event.body, EventReversed) and event.body.reversed_event_id in copies)
        ]
        for channel in CHANNELS_OF[one.kind]:
            for scope in SCOPES:
                with_, without = (
                    status(found, channel=channel, scope=scope, purpose="marketing", at=LEARNT)
                    for found in (events, own)
                )
                assert without.sendable or not with_.sendable


@settings(max_examples=150, deadline=None)
@given(history=histories, sides=st.lists(st.sampled_from(GIVENS), min_size=2, max_size=2), after=histories)
def test_an_unlinked_pair_stays_apart_whatever_arrives(
    history: list[Body], sides: list[Given], after: list[Body]
) -> None:
    ledger = Ledger()
    take(ledger, history, [])
    pairs = told(ledger, Link(sides[0], sides[1])).links
    assume(pairs)
    ledger.does(Link(sides[0], sides[1]))
    [link_id] = [one for one, pair in standing(ledger).items() if pair == frozenset(pairs[0])]
    ledger.does(Unlink(link_id))
    for body in after:
        if not isinstance(body, Link):
            ledger.does(body)
    low, high = pairs[0]
    assert len(people([low, high], ledger.log.read)) == 2
