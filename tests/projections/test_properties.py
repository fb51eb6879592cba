"""Whatever happens, in whatever batches it is projected: tables are functions of the log, position and moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.acts.act import Body
from ledger.acts.contact import Unlink
from ledger.events.contact import ContactsLinked
from ledger.events.envelope import Recorded
from ledger.rules.adopted import policies
from ledger.rules.deliverability import platform_key
from ledger.rules.identity import Person, is_erased, person
from ledger.rules.places import named_places
from ledger.rules.status import status
from projections import channel_status, contact_list, contact_query, counters
from projections.rebuild import verify
from projections.registry import PROJECTIONS
from projections.watermarks import watermark
from tests.projections.crowds import LONGEST, bodies, moved, waits
from tests.projections.world import World

Streams = Mapping[UUID, Sequence[Recorded]]
EXAMPLES = 20
_ORGANIZATIONS = (f"org{n}" for n in count())


@dataclass(frozen=True)
class Step:
    """An act of a while ago, after a wait; then perhaps an unlink, a step of projecting, a sweep."""

    wait: timedelta
    body: Body
    ago: timedelta
    unlink: int | None
    batch: int | None
    sweep: bool


steps = st.builds(
    Step,
    waits,
    bodies(),
    st.integers(0, 60).map(lambda hours: timedelta(hours=hours)),
    st.none() | st.none() | st.integers(0, 3),
    st.none() | st.sampled_from([2, 5, 17]),
    st.booleans(),
)


@pytest.mark.filterwarnings("ignore:Do not use the `random` module")  # the connection pool's threads do
def test_tables_are_functions_of_the_log(shared_world: World) -> None:
    """Random days of many organizations; in the end all tables are made anew from the log and must be the same."""

    @settings(max_examples=EXAMPLES, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(st.lists(steps, min_size=6, max_size=LONGEST), st.sampled_from([3, 11, 50]))
    def a_day(day: list[Step], batch: int) -> None:
        organization = next(_ORGANIZATIONS)
        before = shared_world.store.newest().position
        shared_world.register(organization)
        for number, step in enumerate(day, 1):
            take(shared_world, organization, before, number, step)
        shared_world.project(batch=batch)
        streams = streams_of(shared_world, organization, before)
        assert_rows_equal_the_rules(shared_world, streams)
        assert_people_are_components(shared_world, organization, streams)

    a_day()
    for projection in PROJECTIONS.values():
        verified = verify(shared_world.source, projection)
        assert verified.live == verified.rebuilt


def take(world: World, organization: str, before: int, number: int, step: Step) -> None:
    world.pass_time(step.wait)
    body = moved(step.body, organization, world.now)
    happened = world.now - step.ago
    world.recording.record([world.act(body, organization=organization, at=happened, number=number)])
    if step.unlink is not None:
        known = sorted(links_in(streams_of(world, organization, before)))
        if known:
            world.record(Unlink(known[step.unlink % len(known)]), organization=organization)
    if step.batch is not None:
        world.project(batch=step.batch)
    if step.sweep:
        world.sweep()


def streams_of(world: World, organization: str, after: int) -> Streams:
    streams: dict[UUID, list[Recorded]] = {}
    for event in world.store.follow(after, 1_000_000):
        if event.envelope.organization == organization:
            streams.setdefault(event.stream_id, []).append(event)
    return streams


def links_in(streams: Streams) -> set[UUID]:
    return {
        event.body.link_id
        for events in streams.values()
        for event in events
        if isinstance(event.body, ContactsLinked)
    }


def assert_rows_equal_the_rules(world: World, streams: Streams) -> None:
    identifiers = {key: events for key, events in streams.items() if events[0].name.startswith("identifier.")}
    with world.connect() as connection:
        mark = watermark(connection, "channel_status")
        found = {key: channel_status.of_identifier(connection, key) for key in identifiers}
    assert mark.swept_to is not None
    adopted = policies(event for events in streams.values() for event in events)
    for key, events in identifiers.items():
        listing = platform_key(events)
        platform = world.store.read([listing])[listing] if listing is not None else []
        rows = {(row.channel, row.scope, row.purpose): row for row in found[key]}
        assert rows.keys() == named_places(events, adopted)
        for (channel, scope, purpose), row in rows.items():
            judged = status(
                events,
                channel=channel,
                scope=scope,
                purpose=purpose,
                at=mark.swept_to,
                platform=platform,
                policies=adopted,
            )
            assert fields(row) == {name: getattr(judged, name) for name in fields(row)} | {
                "reasons": list(judged.reasons),
                "policies": list(judged.policies),
            }


def fields(row: channel_status.StatusRow) -> dict[str, Any]:
    left_out = ("organization", "identifier_id")
    return {name: getattr(row, name) for name in row.__dataclass_fields__ if name not in left_out}


def assert_people_are_components(world: World, organization: str, streams: Streams) -> None:
    contacts = {key: events for key, events in streams.items() if events[0].name.startswith("contact.")}
    people: dict[UUID, Person] = {}
    for contact in contacts:
        one = person(contact, lambda keys: {key: contacts[key] for key in keys})
        people[one.id] = one
    erased = {one.id for one in people.values() if all(is_erased(contacts[key]) for key in one.contacts)}
    with world.connect() as connection:
        aliases = dict(
            connection.execute(
                "SELECT contact_id, person_id FROM contact_aliases WHERE organization = %s", (organization,)
            )
        )
        listed = contact_list.contacts(connection, organization, limit=1000)
        listed += contact_list.contacts(connection, organization, contact_query.Filter(deleted=True), limit=1000)
        counted = counters.people(connection, organization)
    assert aliases == {contact: one.id for one in people.values() for contact in one.contacts}
    assert {row.id for row in listed} == people.keys() - erased
    for row in listed:
        assert set(row.identifier_ids) == people[row.id].identifiers.keys()
    assert counted.get("all", 0) == sum(not row.deleted for row in listed)
    assert counted.get("deleted", 0) == sum(row.deleted for row in listed)
    for kind in ("subscriber", "unsubscriber", "purchaser", "anonymous"):
        assert counted.get(kind, 0) == sum(row.type == kind and not row.deleted for row in listed)
