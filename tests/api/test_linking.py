"""Links over HTTP: shown first, then made, then taken back; each once under its id."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from entrypoints.roles import Role
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.api.serving import BATCH, Caller, Served

KEY = {"kind": "external_id", "value": "4711"}
ASKED = {"left": KEY, "right": PHONE}


@pytest.fixture
def two(admin: Caller) -> Caller:
    """A subscribed phone, and a customer number that wants no texts."""
    admin.record(signup(admin.organization, PHONE, "sms", profile={"first_name": "Ann"}))
    admin.record(opt_out(admin.organization, KEY, channel="sms", scope=admin.organization))
    return admin


def _contact(caller: Caller, one: dict[str, str]) -> str:
    return str(caller.post("lookup", one).json()["contact_id"])


def test_a_preview_says_what_the_link_then_does_and_the_unlink_takes_back(two: Caller) -> None:
    key, phone = _contact(two, KEY), _contact(two, PHONE)
    seen = two.post("contact-links/preview", ASKED).json()
    assert seen["links"] == [sorted([key, phone])]
    assert (seen["becomes_unsendable"], seen["becomes_sendable"]) == (1, 0)
    [carried] = seen["carried"]
    assert (carried["channel"], carried["taken_back"]) == ("sms", False)
    assert [person["id"] for person in seen["after"]] == [phone]
    assert seen["aliases"] == {key: phone}
    assert _contact(two, KEY) == key
    done = two.post("contact-links", {**ASKED, "reason": "she called", "id": "l-1"}).json()
    assert done["people"] == [phone]
    assert two.post("contact-links", {**ASKED, "reason": "she called", "id": "l-1"}).json() == done
    assert _contact(two, KEY) == phone
    [listed] = two.get("contact-links", contact_id=key).json()
    [link_id] = done["links"]
    assert (listed["link_id"], listed["automatic"]) == (link_id, False)
    parting = two.post(f"contact-links/{link_id}/unlink/preview", {}).json()
    assert (parting["becomes_unsendable"], parting["becomes_sendable"]) == (0, 1)
    apart = two.post(f"contact-links/{link_id}/unlink", {"reason": "two people"}).json()
    assert sorted(apart["people"]) == sorted([key, phone])
    assert two.get("contact-links", contact_id=key).json() == []
    assert two.post(f"contact-links/{link_id}/unlink", {"reason": "again"}).json() == {"links": [], "people": []}


def test_a_contact_stands_alone_again_by_one_call(two: Caller) -> None:
    key, phone = _contact(two, KEY), _contact(two, PHONE)
    two.record(signup(two.organization, EMAIL))
    for other in (PHONE, EMAIL):
        two.post("contact-links", {"left": KEY, "right": other, "reason": "the same"})
    assert len(two.post("contact-links/unlink-whole/preview", {"contact_id": phone}).json()["links"]) == 2
    done = two.post("contact-links/unlink-whole", {"contact_id": phone, "reason": "wrong"}).json()
    assert len(done["links"]) == 2
    assert {_contact(two, KEY), _contact(two, PHONE)} == {key, phone}


def test_a_message_makes_a_contact_stand_alone_again_as_the_call_does(two: Caller) -> None:
    key, phone = _contact(two, KEY), _contact(two, PHONE)
    two.record(signup(two.organization, EMAIL))
    email = _contact(two, EMAIL)
    for other in (KEY, EMAIL):
        two.post("contact-links", {"left": PHONE, "right": other, "reason": "the same"})
    whole = event("contact.unlink.v1", two.organization, contact_id=phone, actor="desk-1", reason="wrong")
    assert [one["result"] for one in two.record(whole)] == ["recorded"]
    assert (_contact(two, KEY), _contact(two, PHONE), _contact(two, EMAIL)) == (key, phone, email)
    assert two.get("contact-links", contact_id=phone).json() == []
    again = event("contact.unlink.v1", two.organization, contact_id=phone, actor="desk-1", reason="wrong")
    assert [one["result"] for one in two.record(again)] == ["unchanged"]
    nobody = event("contact.unlink.v1", two.organization, contact_id=str(uuid4()), actor="desk-1", reason="wrong")
    [refused] = two.post("messages", [nobody], BATCH).json()["results"]
    assert (refused["result"], refused["reason"]) == ("refused", "unknown_contact")


@pytest.mark.parametrize("side", ["left", "right"])
def test_of_two_the_one_that_nobody_knows_is_named(two: Caller, side: str) -> None:
    for stranger in (EMAIL, {"contact_id": str(uuid4())}):
        asked = {**ASKED, side: stranger}
        for refused in (
            two.post("contact-links/preview", asked),
            two.post("contact-links", {**asked, "reason": "x"}),
        ):
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, side)


def test_the_same_id_for_another_link_is_a_conflict(two: Caller) -> None:
    two.record(signup(two.organization, EMAIL))
    assert two.post("contact-links", {**ASKED, "reason": "x", "id": "l-1"}).status_code == 200
    other = two.post("contact-links", {"left": KEY, "right": EMAIL, "reason": "x", "id": "l-1"})
    assert other.status_code == 409


@pytest.mark.parametrize("role", ["analyst", "auditor", "service"])
def test_who_may_not_link_does_not(two: Caller, caller: Callable[[Role], Caller], role: Role) -> None:
    one = caller(role)
    assert one.post("contact-links", {**ASKED, "reason": "x"}).status_code == 403
    assert one.post(f"contact-links/{uuid4()}/unlink", {"reason": "x"}).status_code == 403
    dismissal = {"left_id": str(uuid4()), "right_id": str(uuid4()), "reason": "x"}
    assert one.post("candidates/dismiss", dismissal).status_code == 403
    assert one.post("contact-links/unlink-whole", {"contact_id": str(uuid4()), "reason": "x"}).status_code == 403
    seen = one.post("contact-links/preview", ASKED)
    assert seen.status_code == (403 if role == "service" else 200)
    if role == "analyst":
        assert PHONE["value"] not in seen.text
        assert "Ann" not in seen.text


def test_nobody_links_or_sees_people_of_another_organization(two: Caller, server: Served) -> None:
    other = server.caller(f"{two.organization}-b")
    phone = {"contact_id": _contact(two, PHONE)}
    wanted = {"left": phone, "right": {"contact_id": _contact(two, KEY)}}
    assert other.post("contact-links/preview", wanted).status_code == 422
    assert other.post("contact-links", {**wanted, "reason": "x"}).status_code == 422
    assert other.get("contact-links", contact_id=phone["contact_id"]).status_code == 404
    link_id = two.post("contact-links", {**ASKED, "reason": "x"}).json()["links"][0]
    assert other.post(f"contact-links/{link_id}/unlink/preview", {}).status_code == 422
    assert other.post(f"contact-links/{link_id}/unlink", {"reason": "x"}).status_code == 422


def test_a_side_that_names_nobody_or_two_is_refused_at_its_field(two: Caller) -> None:
    assert (
        two.post("contact-links/preview", {"left": KEY, "right": EMAIL}).json()["type"].endswith("unknown-contact")
    )
    both = two.post("contact-links/preview", {"left": {**KEY, "contact_id": str(uuid4())}, "right": PHONE})
    assert both.json()["errors"][0]["field"] == "left"
    bad = two.post("contact-links/preview", {"left": {"kind": "email", "value": "nobody"}, "right": PHONE})
    assert bad.json()["errors"][0]["field"] == "left.value"


def test_a_dismissed_candidate_is_not_listed_again_for_its_cause(two: Caller, server: Served) -> None:
    def listed() -> list[tuple[str, str, str]]:
        server.project()
        found = two.get("candidates").json()["candidates"]
        return [(one["low_id"], one["high_id"], one["cause"]) for one in found]

    low, high = sorted([_contact(two, KEY), _contact(two, PHONE)])
    together = {"identifiers": [KEY, PHONE], "method": "import"}
    asked = {"left_id": high, "right_id": low, "reason": "father and son"}
    assert two.post("candidates/dismiss", asked).json()["type"].endswith("unknown-candidate")
    two.record(event("contact.identify.v1", two.organization, **together))
    assert listed() == [(low, high, "bulk")]
    assert two.post("candidates/dismiss", asked).json() == {"dismissed": True}
    assert two.post("candidates/dismiss", asked).json() == {"dismissed": False}
    two.record(event("contact.identify.v1", two.organization, **together))
    assert listed() == []
    link_id = two.post("contact-links", {**ASKED, "reason": "x"}).json()["links"][0]
    two.post(f"contact-links/{link_id}/unlink", {"reason": "x"})
    two.record(event("contact.identify.v1", two.organization, **{**together, "method": "form"}))
    assert listed() == [(low, high, "unlinked_before")]
