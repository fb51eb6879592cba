"""Deletion, restoring and carriers' files over HTTP: with a reason, shown first, once (Y6, Y9, Y12, beyond 23)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from entrypoints.roles import Role
from tests.api.messages import opt_out, question, signup
from tests.api.serving import Caller, Served

CSV = {"content-type": "text/csv"}
FILE = b"number,date,status\n4155550100,2026-03-04,deactivated\n4155550101,2026-03-04,recycled\nnone,,ported\n"


def mail(number: int) -> dict[str, str]:
    return {"kind": "email", "value": f"person{number}@example.com"}


def phone(number: int) -> dict[str, str]:
    return {"kind": "phone", "value": f"+141555501{number:02d}"}


@pytest.fixture
def people(admin: Caller) -> Caller:
    """0 and 1 are unsubscribed, 2 is subscribed."""
    admin.record(*[signup(admin.organization, mail(number)) for number in range(3)])
    admin.record(*[opt_out(admin.organization, mail(number)) for number in range(2)])
    return admin


def contact(caller: Caller, one: dict[str, str]) -> str:
    return str(caller.post("lookup", one).json()["contact_id"])


def reasons(caller: Caller, *identifiers: dict[str, str], **more: Any) -> list[list[str]]:
    asked = question(caller.organization, *identifiers, **more)
    return [answer["reasons"] for answer in caller.post("sendable", asked).json()["answers"]]


def test_one_is_deleted_and_restored_each_once_under_its_key(people: Caller) -> None:
    one = contact(people, mail(2))
    delete, restore = f"contacts/{one}/delete", f"contacts/{one}/restore"
    why, under = {"reason": "asked by phone"}, {"idempotency-key": "d-1"}
    assert [people.post(delete, why, under).json() for _ in range(2)] == [{"changed": True}, {"changed": False}]
    assert reasons(people, mail(2)) == [["blocked"]]
    assert [people.post(restore, why).json() for _ in range(2)] == [{"changed": True}, {"changed": False}]
    assert people.post(delete, why, under).json() == {"changed": False}
    assert people.post(restore, why, under).status_code == 409, "the key of another request"
    assert reasons(people, mail(2)) == [[]]
    assert people.post(delete, {}).status_code == 422
    assert people.post(f"contacts/{uuid4()}/delete", why).status_code in (404, 422)


def test_many_are_listed_approved_and_gone_once(people: Caller) -> None:
    """Y6: who is of use to senders stays, with the reason."""
    ids = [contact(people, mail(number)) for number in range(3)]
    wanted = {"contacts": ids}
    listed = people.post("deletions/preview", wanted).json()
    assert (sorted(listed["contacts"]), listed["stays"]) == (sorted(ids[:2]), {ids[2]: "subscribed"})
    assert reasons(people, mail(0)) == [["unsubscribed"]], "a preview changes nothing"
    approved = {**wanted, "approve": listed["digest"], "actor": "ann", "reason": "clean-up"}
    assert people.post("deletions", {**approved, "approve": "0" * 64}).status_code == 409
    assert people.post("deletions", approved).json() == {"deleted": 2}
    assert people.post("deletions", approved).status_code == 409
    assert people.post("deletions/preview", wanted).json()["stays"][ids[0]] == "deleted_already"
    assert people.post("deletions/preview", {}).status_code == 422
    assert people.post("deletions/preview", {**wanted, "mark": "email.unsubscribed"}).status_code == 422


def test_who_may_not_and_who_is_elsewhere(people: Caller, caller: Callable[[Role], Caller], server: Served) -> None:
    one = contact(people, mail(0))
    why = {"reason": "x"}
    roles: tuple[Role, ...] = ("service", "marketer", "analyst", "auditor")
    answers = {role: caller(role).post(f"contacts/{one}/restore", why).status_code for role in roles}
    assert answers == {"service": 403, "marketer": 200, "analyst": 403, "auditor": 403}
    assert {caller(role).post("deletions/preview", {"contacts": [one]}).status_code for role in roles} == {403}
    other = server.caller(f"{people.organization}-b")
    assert other.post(f"contacts/{one}/delete", why).status_code in (404, 422)
    assert other.post("deletions/preview", {"contacts": [one]}).json()["stays"] == {one: "unknown_contact"}
    assert reasons(people, mail(0)) == [["unsubscribed"]]


def test_a_carriers_file_is_shown_recorded_and_sent_again_without_effect(admin: Caller) -> None:
    admin.record(*[signup(admin.organization, phone(number), channel="sms") for number in range(2)])
    looked = admin.send("deactivations", FILE, CSV).json()
    assert (looked["dry_run"], looked["outcomes"]) == (True, {"deactivated": 1, "recycled": 1, "refused": 1})
    assert looked["refused_rows"] == [{"line": 4, "reason": "not_a_phone"}]
    assert reasons(admin, phone(0), phone(1), channel="sms") == [[], []]
    done = admin.send("deactivations?record=true", FILE, CSV).json()
    assert (done["file"], done["outcomes"]) == (looked["file"], {"recorded": 2, "refused": 1})
    assert reasons(admin, phone(0), phone(1), channel="sms") == [["unsubscribed"], ["never"]]
    again = admin.send("deactivations?record=true", FILE, CSV).json()
    assert again["outcomes"] == {"duplicate": 2, "refused": 1}


def test_a_file_without_what_is_needed_is_refused(admin: Caller, caller: Callable[[Role], Caller]) -> None:
    assert admin.send("deactivations", b"+14155550100\n", CSV).status_code == 422
    assert admin.send("deactivations?all=ported&status_column=3", FILE, CSV).status_code == 422
    assert caller("marketer").send("deactivations", FILE, CSV).status_code == 403
