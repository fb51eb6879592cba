"""A contact entered by hand: only with the owner's consent attested, and never against an opt-out (Y2)."""

from collections.abc import Callable

import httpx
import pytest

from entrypoints import attestation, fields, scopes
from entrypoints.acting import Hand
from entrypoints.roles import Role
from tests.api.messages import question, signup
from tests.console.conftest import Scene
from tests.console.hands import Hands, logged_in


@pytest.fixture
def opened(scene: Scene, person: Callable[..., str], browser: httpx.Client) -> Callable[..., Hands]:
    hand = Hand(scene.server.ledger, scene.organization)
    scopes.create(hand, f"{scene.organization}/shop", "The shop")
    fields.define(hand, "shoe_size", "number", "Shoe size")
    scene.record()

    def logged(role: Role = "marketer") -> Hands:
        return logged_in(browser, scene, person(role))

    return logged


def entered(hands: Hands, **typed: str) -> httpx.Response:
    return hands.send(hands.get("contacts/new"), "contacts/new", **typed)


def to(hands: Hands, channel: str = "email") -> str:
    return f"to.{channel}.{hands.scene.organization}/shop"


def test_nobody_is_created_until_consent_is_attested(opened: Callable[..., Hands]) -> None:
    hands = opened()
    answer = entered(hands, email="eve@example.com", **{to(hands): "yes", "field.first_name": "Eve"})
    assert answer.status_code == 422
    assert "without this nobody is created" in answer.text
    assert 'value="eve@example.com"' in answer.text
    assert f'name="{to(hands)}" value="yes" checked' in answer.text
    hands.scene.record()
    assert "5 profiles out of 5" in hands.get("contacts").text


def test_who_attested_what_and_when_is_kept_with_every_event(opened: Callable[..., Hands]) -> None:
    hands = opened()
    profile = {"first_name": "Eve", "address": "1 High Street", "time_zone": "Europe/Berlin", "language": "de"}
    typed = {f"field.{name}": value for name, value in profile.items()}
    typed |= {to(hands): "yes", "field.shoe_size": "41"}
    answer = entered(hands, email=" Eve@Example.com ", attested="yes", **typed)
    page = hands.follow(answer).text
    assert "Recorded." in page
    hands.scene.record()
    one = hands.scene.contact("eve@example.com")
    assert f"contacts/{one['id']}" in page
    shown = hands.get(f"contacts/{one['id']}.json").json()
    assert shown["contact"]["profile"] == profile | {"shoe_size": 41}
    assert [row["consent"] for row in shown["subscriptions"]] == ["subscribed"]
    assert {event["origin"] for event in shown["timeline"]} == {attestation.origin(attestation.CURRENT)}
    assert all(event["actor"].startswith("person/") for event in shown["timeline"])
    [evidence] = [event["evidence"] for event in shown["timeline"] if "Subscribed" in event["sentence"]]
    assert evidence["evidence.wording"] == attestation.CURRENT
    assert evidence["evidence.wording_text"] == attestation.WORDINGS[attestation.CURRENT]
    assert evidence["evidence.attested_by"].startswith("person/")


def test_a_known_address_is_said_and_linked_to_and_a_stop_stands(opened: Callable[..., Hands]) -> None:
    hands = opened()
    known = hands.scene.contact("ann4@example.com")
    first = entered(hands, email="ann4@example.com", attested="yes", **{to(hands): "yes"})
    assert first.status_code == 200
    assert f"contacts/{known['id']}" in first.text
    assert "Unsubscribed still" in first.text
    hands.scene.record()
    assert hands.scene.contact("ann4@example.com")["last_updated"] == known["last_updated"], "nothing was recorded"
    answer = hands.send(first, "contacts/new")
    assert answer.status_code == 303
    asked = question(hands.scene.organization, {"kind": "email", "value": "ann4@example.com"})
    [status] = hands.scene.caller.post("sendable", asked).json()["answers"]
    assert status["reasons"] == ["unsubscribed"]


def test_two_peoples_addresses_are_not_merged(opened: Callable[..., Hands]) -> None:
    hands = opened()
    phone = {"kind": "phone", "value": "+14155550100"}
    hands.scene.record(signup(hands.scene.organization, phone, "sms"))
    page = entered(hands, email="ann1@example.com", phone="+1 415 555 0100", attested="yes")
    assert "two contacts" in page.text
    hands.send(page, "contacts/new")
    hands.scene.record()
    assert hands.scene.contact("ann1@example.com")["id"] != hands.scene.contact("+14155550100")["id"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "eve@example.com", "phone": "twelve"}, "phone"),
        ({"email": "eve@example.com", "field.shoe_size": "large"}, "field.shoe_size"),
        ({"email": "eve@example.com", "field.time_zone": "Mars/Base"}, "field.time_zone"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_the_message_at_the_field(
    typed: dict[str, str], field: str, opened: Callable[..., Hands]
) -> None:
    hands = opened()
    answer = entered(hands, attested="yes", **typed)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    for value in typed.values():
        assert f'value="{value}"' in answer.text


def test_a_channel_needs_its_address(opened: Callable[..., Hands]) -> None:
    hands = opened()
    answer = entered(hands, email="eve@example.com", attested="yes", **{to(hands, "sms"): "yes"})
    assert answer.status_code == 422
    assert 'id="e-phone"' in answer.text


def test_a_form_sent_twice_creates_one(opened: Callable[..., Hands]) -> None:
    hands = opened()
    page = hands.get("contacts/new")
    typed = {"email": "eve@example.com", "attested": "yes", to(hands): "yes"}
    assert hands.send(page, "contacts/new", **typed).status_code == 303
    hands.send(page, "contacts/new", **typed)
    hands.scene.record()
    shown = hands.get(f"contacts/{hands.scene.contact('eve@example.com')['id']}.json").json()
    assert sum("Subscribed" in event["sentence"] for event in shown["timeline"]) == 1


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_only_reads_creates_nobody(role: Role, opened: Callable[..., Hands]) -> None:
    hands = opened(role)
    assert hands.get("contacts/new").status_code == 403
    assert "contacts/new" not in hands.get("contacts").text
