"""Values planted by every type of message are nowhere once the person is erased (DESIGN §3 "Erasing")."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from ledger.store.connections import pool
from ledger.suppressing import Suppressing, question
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from projections.stepping import Source
from tests.conftest import Topics
from tests.consumers.outbound import Outbound, outbound_on, publish_all
from tests.consumers.scene import ORGANIZATION, Record, publish
from tests.erasure.searching import found, sealed, tables
from tests.erasure.searching import topics as read_topics
from tests.golden_messages import GOLDEN
from tests.store.making import IDS

MAIL, PHONE, NAME = "planted.person@example.com", "+14155550177", "Plantedname"
IP, AGENT, TEXT, KEY = "203.0.113.177", "PlantedAgent/1.0", "planted words of a reply", "planted-4711"
PLANTED = (MAIL, PHONE, NAME, IP, AGENT, TEXT, KEY)
_FOR = {
    "Ann@Example.com": "Planted.Person@Example.com",
    "ann@example.com": MAIL,
    "+1 415 555 0100": "+1 415 555 0177",
    "+1 (415) 555-0100": "+1 (415) 555-0177",
    "+14155550100": PHONE,
    '"Ann"': f'"{NAME}"',
    "203.0.113.9": IP,
    "Mozilla/5.0": AGENT,
    "c-0004711": KEY,
}
LAST = ("contact.delete.v1", "contact.restore.v1", "contact.unlink.v1", "contact.link.v1", "contact.reassign.v1")
_ERASE = "contact.erase.v1"


def planted(type_: str, message_id: str, **more: Any) -> dict[str, Any]:
    """The golden message of this type, about the planted person, after the others before it."""
    text = orjson.dumps(GOLDEN[type_]).decode()
    for plain, instead in _FOR.items():
        text = text.replace(plain, instead)
    message: dict[str, Any] = orjson.loads(text)
    message["id"] = message_id
    message["data"].update(more)
    return message


def record(message: dict[str, Any]) -> Record:
    return b"k", orjson.dumps(message), ()


def everything() -> Iterator[Record]:
    """One message of every type, the reply in words of the person's own; then two that cannot be taken."""
    mail = {"kind": "email", "value": MAIL}
    yield record(planted("contact.signup.v1", "p-0"))
    for type_ in sorted(GOLDEN.keys() - {*LAST, _ERASE, "contact.signup.v1"}):
        more = {"text": TEXT} if type_ == "sms.inbound.v1" else {}
        yield record(planted(type_, f"p-{type_}", **more))
    for type_ in reversed(LAST):
        yield record(planted(type_, f"p-{type_}"))
    yield record({**planted("contact.signup.v1", "p-late"), "time": None})
    unreadable = planted("contact.profile.v1", "p-bad", identifier=mail)
    yield record(unreadable | {"data": unreadable["data"] | {"set": 7}})


@pytest.fixture
def ledger(fresh_database: str, kafka_bootstrap: str, topics: Topics) -> Iterator[Outbound]:
    with outbound_on(fresh_database, kafka_bootstrap, topics) as made:
        yield made


def work(ledger: Outbound, topic: str, *records: Record) -> None:
    """Published, consumed, projected by every projection, and published on."""
    publish(ledger.scene.bootstrap, topic, records)
    ledger.scene.consume(topic)
    with pool(ledger.url, "ledger_projector") as connections:
        catch_up(Source(ledger.store, connections.connection), list(PROJECTIONS.values()))
    for flow in (ledger.events, ledger.statuses):
        publish_all(ledger.store, flow, ledger.scene.bootstrap)


def search(ledger: Outbound) -> dict[str, set[str]]:
    outbound = (ledger.events.topic, ledger.statuses.topic)
    places = [*tables(ledger.url), *sealed(ledger.scene.store), *read_topics(ledger.scene.bootstrap, *outbound)]
    return found(PLANTED, places)


def test_nothing_planted_is_left(ledger: Outbound, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    """Fails where a key, a rejected message or a row of a view outlives its person."""
    topic = topics("inbound", partitions=1)
    work(ledger, topic, *everything())
    before = search(ledger)
    assert set(before) == set(PLANTED)
    assert {"sealed events", "rejected messages", "identifiers", "all_contacts"} <= set().union(*before.values())
    assert not {ledger.events.topic, ledger.statuses.topic, "stored_events"} & set().union(*before.values())
    work(ledger, topic, record(planted(_ERASE, "p-erase")))
    assert search(ledger) == {}
    said = capfd.readouterr()
    assert found(PLANTED, [("log output", (said.out + said.err).encode())]) == {}


def test_what_comes_again_is_refused_and_not_kept(ledger: Outbound, topics: Topics) -> None:
    """An import, and a signup that was stuck in lag; then the person's own new act is taken under a new key."""
    topic = topics("inbound", partitions=1)
    work(ledger, topic, record(planted("contact.signup.v1", "p-0")), record(planted(_ERASE, "p-erase")))
    stuck = planted("contact.signup.v1", "p-stuck")
    bulk = {**planted("contact.signup.v1", "p-bulk", method="import"), "time": _soon()}
    work(ledger, topic, record(stuck), record(bulk))
    assert [reason for reason, _ in ledger.scene.rejections()] == ["erased", "erased"]
    assert search(ledger) == {}
    own = {**planted("contact.signup.v1", "p-own", method="form", evidence=None, override=None), "time": _soon()}
    work(ledger, topic, record(own))
    assert "sealed events" in search(ledger)[MAIL]


def test_an_export_names_nobody_who_was_erased(ledger: Outbound, topics: Topics) -> None:
    topic = topics("inbound", partitions=1)
    opted_out = planted("contact.opt-out.v1", "p-1", identifier={"kind": "email", "value": MAIL})
    work(ledger, topic, record(planted("contact.signup.v1", "p-0")), record(opted_out))
    work(ledger, topic, record(planted(_ERASE, "p-erase")))
    store = ledger.scene.store
    asked = question(store, IDS, ORGANIZATION, "email", ORGANIZATION, "marketing", now=datetime.now(UTC))
    listed = list(Suppressing(store, IDS, asked).suppressed(UUID(int=0), None))
    assert [(one.value, one.reasons[0]) for one in listed] == [(None, "erased")]
    [again] = Suppressing(store, IDS, asked).answers([MAIL])
    assert "erased" in again


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
