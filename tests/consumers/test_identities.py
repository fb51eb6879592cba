"""Whom a contact id leads to is told to others as it changes, so that they need not fold the log for it."""

from uuid import UUID

import orjson

from ledger.acts.act import Act, Body
from ledger.acts.contact import Identification, Link, Unlink
from ledger.acts.given import Given
from ledger.rules.identity import holder, links, person
from schemas.outbound import IdentityChanged
from tests.consumers.outbound import Outbound, publish_all, seen
from tests.consumers.scene import DAWN, ORGANIZATION, now
from tests.store.making import IDS

BROWSER = Given("tracker", "t-1", "t-1")
ANN, BEN = (Given("email", value, value) for value in ("ann@example.com", "ben@example.com"))


def test_an_id_leads_to_the_person_last_told_of_it(outbound: Outbound) -> None:
    _does(outbound, *(Identification((one,), "form") for one in (BROWSER, ANN, BEN)))
    held = [IDS.identifier(ORGANIZATION, one.kind, one.value) for one in (BROWSER, ANN, BEN)]
    anonymous, first, second = (holder(outbound.store.read([key])[key]) for key in held)
    assert anonymous is not None
    assert first is not None
    assert second is not None
    assert _told(outbound) == {}
    _does(outbound, Link(BROWSER, ANN, "asked"), Link(BEN, BROWSER, "asked"))
    assert _told(outbound) == {anonymous: [first], second: [first]}
    [link_id] = links(outbound.store.read([anonymous])[anonymous]).keys()
    _does(outbound, Unlink(link_id, "wrong"))
    told = _told(outbound)
    assert told == {anonymous: [first, anonymous], second: [first]}
    assert {one: told[one][-1] for one in told} == {one: person(one, outbound.store.read).id for one in told}


def _does(outbound: Outbound, *bodies: Body) -> None:
    start = outbound.store.newest().position
    for number, body in enumerate(bodies, start):
        kind = type(body).__name__
        act = Act(ORGANIZATION, "desk", f"i-{number}", kind, now(), b"", body, occurred_at=DAWN, actor="desk")
        [outcome] = outbound.scene.recording.record([act])
        assert outcome.result == "recorded"


def _told(outbound: Outbound) -> dict[UUID, list[UUID]]:
    """Contact id → the people it was said to lead to, in the order in which that was said."""
    publish_all(outbound.store, outbound.events, outbound.scene.bootstrap)
    told: dict[UUID, list[UUID]] = {}
    for one in seen(outbound.scene.bootstrap, outbound.events.topic):
        if orjson.loads(one.value or b"{}")["type"] == "identity.changed":
            changed = IdentityChanged.model_validate_json(one.value or b"")
            assert one.key == str(changed.contact_id).encode()
            told.setdefault(changed.contact_id, []).append(changed.person_id)
    return told
