"""What others are told: everything, in order per key, at least once, and nothing personal."""

import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from consumers.broker import Fenced, Outgoing, Producer, make_topics
from consumers.publisher import STATUS, TOPICS, WITHHELD, Publisher, Statuses
from ledger.acts.act import Act
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.errors import LogUnavailable, PositionMoved
from ledger.events.envelope import Recorded
from ledger.events.settings import ApiKeyIssued, ApiKeyRevoked, FieldRetired, PersonAdded, RoleGranted, RoleRevoked
from projections import opt_outs
from projections.opt_outs import Clocked
from schemas.outbound import OutboundEvent, OutboundStatus
from tests.consumers.outbound import Outbound, person, publish_all, publishing, seen, statuses_of
from tests.consumers.scene import DAWN, ORGANIZATION, now, signup, stop, wait_for
from tests.store.making import append, envelope


class NotNoted(Statuses):
    """Statuses whose progress cannot be noted: PostgreSQL goes away between the two commits."""

    def published(self, connection: Any, number: int) -> None:
        raise psycopg.OperationalError("the connection broke")


def _producer(bootstrap: str) -> Callable[[str], Producer]:
    return lambda fence: Producer(bootstrap, fence=fence)


def test_every_event_is_published_once_in_the_order_of_its_stream(outbound: Outbound) -> None:
    outbound.record(*[signup(n, n % 7) for n in range(20)], *[stop(n, n % 7) for n in range(20, 30)])
    bootstrap, topic = outbound.scene.bootstrap, outbound.events.topic
    assert publish_all(outbound.store, outbound.events, bootstrap) == len(outbound.scene.events())
    found = seen(bootstrap, topic)
    events = [OutboundEvent.model_validate_json(one.value or b"") for one in found]
    facts = [(one.stream_id, one.version, one.event_id, one.type) for one in events]
    assert set(facts) == outbound.scene.events()
    assert len(facts) == len(set(facts))
    assert [one.key for one in found] == [str(event.stream_id).encode() for event in events]
    for stream in {event.stream_id for event in events}:
        versions = [event.version for event in events if event.stream_id == stream]
        assert versions == list(range(1, len(versions) + 1))


def test_nothing_personal_is_published(outbound: Outbound) -> None:
    outbound.record(signup(1, 1), stop(2, 1))
    for flow in (outbound.events, outbound.statuses):
        publish_all(outbound.store, flow, outbound.scene.bootstrap)
        found = seen(outbound.scene.bootstrap, flow.topic)
        assert found
        assert not any(b"person1" in one.key + (one.value or b"") for one in found)


def test_the_newest_status_of_each_place_is_published(outbound: Outbound) -> None:
    outbound.record(signup(1, 1), signup(2, 2))
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    outbound.record(stop(3, 1))
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    found = statuses_of(outbound)
    stopped, kept = found[person(1)], found[person(2)]
    assert stopped is not None
    assert kept is not None
    assert (stopped["consent"], stopped["sendable"], stopped["reasons"]) == (
        "unsubscribed",
        False,
        ["unsubscribed"],
    )
    assert (kept["consent"], kept["sendable"]) == ("subscribed", True)
    assert stopped["change"] > kept["change"]
    OutboundStatus.model_validate(stopped, strict=False)


def test_what_is_published_leaves_the_outbox(outbound: Outbound) -> None:
    outbound.record(signup(1, 1))
    with outbound.store.connection() as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() != (0,)
        publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_erasure_is_published_as_a_tombstone(outbound: Outbound) -> None:
    outbound.record(signup(1, 1), signup(2, 2))
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    value = "person1@example.com"
    erasing = ContactChange("erase", Given("email", value, value), "asked for")
    act = Act(
        ORGANIZATION, "desk", "e-1", "contact.erase.v1", now(), b"{}", erasing, occurred_at=DAWN, actor="desk"
    )
    [outcome] = outbound.scene.recording.record([act])
    assert outcome.result == "recorded"
    outbound.record()
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    found = statuses_of(outbound)
    assert found[person(1)] is None
    assert found[person(2)] is not None


def test_a_failed_note_publishes_again_under_the_same_numbers(outbound: Outbound) -> None:
    outbound.record(signup(1, 1), stop(2, 1), signup(3, 2))
    with (
        publishing(outbound.store, NotNoted(outbound.statuses.topic), outbound.scene.bootstrap) as publisher,
        pytest.raises(LogUnavailable),
    ):
        publisher.publish()
    once = seen(outbound.scene.bootstrap, outbound.statuses.topic)
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    twice = seen(outbound.scene.bootstrap, outbound.statuses.topic)
    for partition in (0, 1):
        assert [one for one in twice if one.partition == partition] == [
            one for one in once if one.partition == partition
        ] * 2


def test_an_opt_out_is_published_when_kafka_has_taken_the_status_it_led_to(outbound: Outbound) -> None:
    outbound.record(signup(1, 1))
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    outbound.record(stop(2, 1))
    assert [one.published for one in clocks(outbound)] == [False]
    with (
        publishing(outbound.store, NotNoted(outbound.statuses.topic), outbound.scene.bootstrap) as publisher,
        pytest.raises(LogUnavailable),
    ):
        publisher.publish()
    assert [one.published for one in clocks(outbound)] == [False]
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    (one,) = clocks(outbound)
    assert one.recorded_at < one.enforced_at < one.published_at  # type: ignore[operator]
    outbound.record(stop(3, 1))  # changes no status: there is nothing to publish for it
    publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
    assert [one.published for one in clocks(outbound)] == [True, True]


def test_what_is_half_published_is_not_published(outbound: Outbound) -> None:
    outbound.record(signup(1, 1), stop(2, 1), signup(3, 2), stop(4, 2))
    opened = _producer(outbound.scene.bootstrap)
    with closing(Publisher(outbound.store, outbound.statuses, opened, batch=1)) as publisher:
        published = []
        while publisher.publish():
            published.append(sum(one.published for one in clocks(outbound)))
    assert len(published) > 1
    assert set(published[:-1]) == {0}
    assert published[-1] == 2


def clocks(outbound: Outbound) -> list[Clocked]:
    with outbound.store.connection() as connection:
        return opt_outs.latest(connection, 10)


def test_the_publisher_started_last_shuts_out_the_earlier_one(outbound: Outbound) -> None:
    bootstrap = outbound.scene.bootstrap
    outbound.record(signup(1, 1))
    with (
        publishing(outbound.store, outbound.statuses, bootstrap) as earlier,
        publishing(outbound.store, outbound.statuses, bootstrap) as later,
    ):
        earlier.publish()
        outbound.record(stop(2, 1))
        assert later.publish() > 0
        outbound.record(signup(3, 2))
        with pytest.raises(Fenced):
            earlier.publish()
        assert later.publish() > 0
    found = statuses_of(outbound)
    assert found[person(1)]["sendable"] is False  # type: ignore[index]
    assert person(2) in found


def test_a_publisher_overtaken_before_it_noted_its_progress_may_not_note_it(outbound: Outbound) -> None:
    """Else the later one, which has repeated only a part of it so far, would leave an older status as the last."""
    bootstrap = outbound.scene.bootstrap
    outbound.record(signup(1, 1))
    outbound.record(stop(2, 1))
    later = Publisher(outbound.store, NotNoted(outbound.statuses.topic), _producer(bootstrap), batch=1)

    class Overtaken(Producer):
        def publish(self, outgoing: Iterable[Outgoing]) -> int:
            count = super().publish(outgoing)
            with closing(later), pytest.raises(LogUnavailable):
                later.publish()
            return count

    earlier = Publisher(outbound.store, outbound.statuses, lambda fence: Overtaken(bootstrap, fence=fence))
    with closing(earlier), pytest.raises(PositionMoved):
        earlier.publish()
    publish_all(outbound.store, outbound.statuses, bootstrap)
    assert statuses_of(outbound)[person(1)]["consent"] == "unsubscribed"  # type: ignore[index]


def test_one_standing_by_takes_over_when_the_leader_is_gone(outbound: Outbound) -> None:
    bootstrap, end = outbound.scene.bootstrap, threading.Event()
    standing_by = Publisher(outbound.store, outbound.events, _producer(bootstrap), patience=1.0)
    outbound.record(signup(1, 1))
    runner = threading.Thread(target=standing_by.run, args=(end,))
    runner.start()
    try:
        wait_for(lambda: len(all_events(outbound)) == len(outbound.scene.events()), "publishing")
        with publishing(outbound.store, outbound.events, bootstrap) as leader:
            outbound.record(signup(2, 2))
            wait_for(lambda: _published(leader, outbound), "the leader publishing")
        outbound.record(signup(3, 3))
        wait_for(lambda: all_events(outbound) >= {fact[2] for fact in outbound.scene.events()}, "taking over")
    finally:
        end.set()
        runner.join()


def _published(leader: Publisher, outbound: Outbound) -> bool:
    leader.publish()
    return all_events(outbound) >= {fact[2] for fact in outbound.scene.events()}


def all_events(outbound: Outbound) -> set[Any]:
    found = seen(outbound.scene.bootstrap, outbound.events.topic)
    return {OutboundEvent.model_validate_json(one.value or b"").event_id for one in found}


def test_missing_topics_are_made_with_their_settings(kafka_bootstrap: str) -> None:
    name = f"made-{uuid4().hex[:12]}"
    wanted = {name: TOPICS[STATUS]}
    assert make_topics(kafka_bootstrap, wanted) == [name]
    assert make_topics(kafka_bootstrap, wanted) == []


def test_keys_and_people_of_an_organization_are_withheld_and_passed_over(outbound: Outbound) -> None:
    outbound.record(signup(1, 1))
    hidden = [
        ApiKeyIssued(key_id=uuid4(), prefix="p", key_hash="h" * 64, role="admin"),
        ApiKeyRevoked(key_id=uuid4()),
    ]
    hidden += [PersonAdded(person_id=uuid4()), RoleGranted(person_id=uuid4(), role="auditor")]
    hidden += [RoleRevoked(person_id=uuid4(), role="auditor")]
    stream, version = uuid4(), count(1)
    for body in (*hidden, FieldRetired(field="shoe_size"), *hidden):
        append(outbound.scene.store, Recorded(stream, next(version), 0, envelope(), body))
    bootstrap, topic = outbound.scene.bootstrap, outbound.events.topic
    with publishing(outbound.store, outbound.events, bootstrap) as publisher:
        publisher._batch = 2
        while publisher.publish():
            pass
        assert publisher._reached == outbound.store.newest().position
    types = [OutboundEvent.model_validate_json(one.value or b"").type for one in seen(bootstrap, topic)]
    assert FieldRetired.NAME in types
    assert not any(name.startswith(WITHHELD) for name in types)
    assert len(types) == outbound.store.newest().position - 2 * len(hidden)
