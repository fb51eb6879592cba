"""A profile over HTTP: provenance, edits that cover nobody's, identifiers by hand, two moments compared."""

from collections.abc import Callable
from typing import Any

import pytest

from entrypoints.roles import Role
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.api.serving import Caller, Served


@pytest.fixture
def ann(admin: Caller) -> str:
    """The contact of somebody called Ann who lives in Ulm."""
    admin.record(signup(admin.organization, profile={"first_name": "Ann", "city": "Ulm"}))
    return str(admin.post("lookup", EMAIL).json()["contact_id"])


def field(caller: Caller, contact: str, name: str) -> dict[str, Any]:
    shown = caller.get(f"contacts/{contact}/profile").json()["fields"]
    return next(dict(one) for one in shown if one["field"] == name)


def patched(caller: Caller, contact: str, **edit: Any) -> Any:
    return caller.patch(f"contacts/{contact}/profile", edit)


def test_each_field_says_where_it_came_from_and_what_it_replaced(admin: Caller, ann: str) -> None:
    first = field(admin, ann, "city")
    assert (first["now"]["value"], first["now"]["source"], first["now"]["how"]) == ("Ulm", "shop/web", "set")
    assert (first["before"], first["newest"]) == ([], first["now"]["event_id"])
    done = patched(admin, ann, set={"city": "Bonn"}, seen={"city": first["newest"]})
    assert (done.status_code, done.json()["recorded"]) == (200, True)
    now = field(admin, ann, "city")
    assert (now["now"]["value"], now["now"]["actor"].partition("/")[0]) == ("Bonn", "api-key")
    assert [one["value"] for one in now["before"]] == ["Ulm"]
    patched(admin, ann, remove=["city"])
    gone = field(admin, ann, "city")
    assert gone["now"] is None
    assert [(one["how"], one["value"]) for one in gone["before"]] == [
        ("remove", None),
        ("set", "Bonn"),
        ("set", "Ulm"),
    ]


def test_system_fields_are_always_there_and_own_fields_once_defined(admin: Caller, ann: str) -> None:
    patched(admin, ann, remove=["first_name"])
    name = field(admin, ann, "first_name")
    assert (name["now"], name["system"]) == (None, True)
    admin.put("fields/shoe_size", {"value_type": "number", "display_name": "Shoe size"})
    size = field(admin, ann, "shoe_size")
    assert (size["now"], size["value_type"], size["display_name"], size["system"]) == (
        None,
        "number",
        "Shoe size",
        False,
    )


def test_the_second_of_two_editors_is_told(admin: Caller, ann: str) -> None:
    seen = {"city": field(admin, ann, "city")["newest"]}
    assert patched(admin, ann, set={"city": "Bonn"}, seen=seen).status_code == 200
    second = patched(admin, ann, set={"city": "Köln"}, seen=seen)
    assert (second.status_code, second.json()["type"]) == (409, "urn:contact-ledger:problem:edited-meanwhile")
    assert second.json()["errors"][0]["field"] == "seen.city"
    assert field(admin, ann, "city")["now"]["value"] == "Bonn"
    assert patched(admin, ann, append={"tags": ["vip"]}, seen={}).status_code == 200
    assert field(admin, ann, "tags")["now"]["value"] == ["vip"]


@pytest.mark.parametrize(
    "bad", [{}, {"set": {"no spaces": 1}}, {"seen": {"city": "x"}, "set": {"city": "y"}}, {"x": 1}]
)
def test_a_bad_edit_is_refused(bad: dict[str, Any], admin: Caller, ann: str) -> None:
    assert admin.patch(f"contacts/{ann}/profile", bad).status_code == 422


def test_who_may_not_read_values_sees_that_there_are_some(
    admin: Caller, ann: str, caller: Callable[[Role], Caller]
) -> None:
    shown = field(caller("analyst"), ann, "city")
    assert shown["now"]["value"] == "***"
    assert patched(caller("analyst"), ann, set={"city": "x"}).status_code == 403


def test_a_contact_is_given_a_key_and_keeps_what_others_hold_apart(admin: Caller, ann: str) -> None:
    key = {"kind": "external_id", "value": "4711"}
    given = admin.post(f"contacts/{ann}/identifiers", {"identifier": key, "reason": "from the shop"})
    assert given.json() == {"recorded": True}
    looked = admin.post("lookup", key).json()
    assert looked["contact_id"] == ann
    admin.record(signup(admin.organization, PHONE, "sms"))
    taken = admin.post(f"contacts/{ann}/identifiers", {"identifier": PHONE, "reason": "hers"})
    assert (taken.status_code, taken.json()["type"].rpartition(":")[2]) == (422, "held")
    changed = {"identifier": {**key, "value": "4712"}, "instead_of": looked["identifier_id"], "reason": "a typo"}
    assert admin.post(f"contacts/{ann}/identifiers", changed).json() == {"recorded": True}
    assert admin.post("lookup", key).json()["contact_id"] is None
    assert admin.post(f"contacts/{ann}/identifiers", {"reason": "nothing"}).status_code == 422
    bad = {"identifier": {"kind": "email", "value": "not one"}, "reason": "x"}
    answer = admin.post(f"contacts/{ann}/identifiers", bad)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "identifier.value")


def compared(caller: Caller, contact: str, **moments: str) -> dict[str, Any]:
    answer = caller.get(f"contacts/{contact}/compare", **moments)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


BEFORE, SIGNED_UP, OPTED_OUT = "2026-03-01T00:00:00Z", "2026-03-02T12:00:00Z", "2026-03-04T00:00:00Z"


def test_two_moments_show_what_was_so_at_each_and_the_events_between(admin: Caller, ann: str) -> None:
    admin.record(opt_out(admin.organization))
    told = compared(admin, ann, a=SIGNED_UP, b=OPTED_OUT)
    [row] = told["statuses"]
    assert (row["a"]["consent"], row["a"]["sendable"]) == ("subscribed", True)
    assert (row["b"]["consent"], row["b"]["reasons"]) == ("unsubscribed", ["unsubscribed"])
    assert row["change"] == "changed"
    assert {"consent", "sendable"} <= set(row["differs"])
    assert "hold" not in row["differs"]
    assert {one["change"] for one in told["identifiers"] + told["fields"]} == {"same"}
    assert [(one["type"], one["counts_at"]) for one in told["events"]] == [("identifier.opted-out.v1", "b")]
    assert told["changes"] == 1


def test_before_anybody_knew_of_it_there_is_nobody(admin: Caller, ann: str) -> None:
    told = compared(admin, ann, a=BEFORE, b=SIGNED_UP)
    assert (told["a"]["person_id"], told["a"]["contact_ids"], told["b"]["person_id"]) == (None, [], ann)
    assert {one["change"] for one in told["identifiers"] + told["fields"] + told["statuses"]} == {"new"}
    assert {one["value"] for one in told["identifiers"]} == {EMAIL["value"]}
    assert {one["field"]: one["b"] for one in told["fields"]} == {"city": "Ulm", "first_name": "Ann"}


def test_what_was_known_at_the_time_is_told_apart_from_what_is_known_now(
    admin: Caller, ann: str, server: Served
) -> None:
    knew = server.ledger.answers.moment().isoformat()
    admin.record(opt_out(admin.organization))
    told = compared(admin, ann, a=OPTED_OUT, a_known_at=knew, b=OPTED_OUT)
    [row] = told["statuses"]
    assert (row["a"]["consent"], row["b"]["consent"]) == ("subscribed", "unsubscribed")
    assert [one["type"] for one in told["events"]] == ["identifier.opted-out.v1"]
    assert told["a"]["known_at"] is not None
    back = compared(admin, ann, a=OPTED_OUT, b=OPTED_OUT, b_known_at=knew)
    assert [one["counts_at"] for one in back["events"]] == ["a"]


def test_a_link_shows_at_the_moment_that_knew_it(admin: Caller, ann: str, server: Served) -> None:
    admin.record(signup(admin.organization, PHONE, "sms"))
    apart = server.ledger.answers.moment().isoformat()
    admin.record(event("contact.identify.v1", admin.organization, identifiers=[EMAIL, PHONE], method="form"))
    told = compared(admin, ann, a=OPTED_OUT, a_known_at=apart, b=OPTED_OUT)
    assert (len(told["a"]["contact_ids"]), len(told["b"]["contact_ids"])) == (1, 2)
    assert {one["kind"]: one["change"] for one in told["identifiers"]} == {"email": "same", "phone": "new"}
    assert {one["channel"] for one in told["statuses"] if one["a"] is None} == {"sms"}


def test_comparing_masks_values_and_needs_the_right_to_explain(
    admin: Caller, ann: str, caller: Callable[[Role], Caller]
) -> None:
    told = compared(caller("analyst"), ann, a=BEFORE)
    assert {one["b"] for one in told["fields"]} == {"***"}
    assert [one["value"] for one in told["identifiers"]] == ["a***@example.com"]
    assert caller("marketer").get(f"contacts/{ann}/compare").status_code == 403


def test_a_contact_key_is_in_the_list_once_it_is_projected(admin: Caller, ann: str, server: Served) -> None:
    key = {"kind": "external_id", "value": "4711"}
    admin.post(f"contacts/{ann}/identifiers", {"identifier": key, "reason": "from the shop"})
    server.project()
    assert admin.get(f"contacts/{ann}").json()["external_ids"] == ["4711"]
