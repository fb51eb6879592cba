"""Bulk actions over HTTP: asked for, looked at by the service itself, approved by digest, carried out (Y5, Y6)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from entrypoints.roles import Role
from tests.api.messages import opt_out, question, signup
from tests.api.serving import Caller, Served, wait_until


def mail(number: int) -> dict[str, str]:
    return {"kind": "email", "value": f"person{number}@example.com"}


@pytest.fixture
def people(server: Served, admin: Caller) -> Caller:
    """0 to 3 signed up, 3 opted out of the shop since."""
    admin.record(*[signup(admin.organization, mail(number)) for number in range(4)])
    admin.record(opt_out(admin.organization, mail(3)))
    server.project()
    return admin


def asked(caller: Caller, **more: Any) -> dict[str, Any]:
    scope = f"{caller.organization}/shop"
    return {"action": "unsubscribe", "channel": "email", "scope": scope, "reason": "the shop was sold", **more}


def come_to(caller: Caller, batch: str, state: str) -> dict[str, Any]:
    """The bulk action once the service has brought it there."""
    wait_until(lambda: caller.get(f"batches/{batch}").json()["state"] == state)
    return dict(caller.get(f"batches/{batch}").json())


def test_it_is_looked_at_approved_and_done_by_the_service(people: Caller) -> None:
    answer = people.post("batches", asked(people))
    assert (answer.status_code, answer.json()["people"]) == (200, 4)
    batch = come_to(people, answer.json()["id"], "waiting")
    counted = {(one["state"], one["people"]) for one in batch["outcomes"]}
    assert (batch["changes"], counted) == (3, {("change", 3), ("already", 1)})
    approval = {"digest": batch["digest"], "reason": "as agreed"}
    assert people.post(f"batches/{batch['id']}/approve", {**approval, "digest": "0" * 64}).status_code == 409
    assert people.post(f"batches/{batch['id']}/approve", approval).status_code == 200
    done = come_to(people, batch["id"], "done")
    assert done["approved_by"] == done["asked_by"]
    assert done["approved_by"].startswith("api-key/")
    assert people.post(f"batches/{batch['id']}/approve", approval).status_code == 409
    answers = people.post("sendable", question(people.organization, *[mail(n) for n in range(4)])).json()["answers"]
    assert {tuple(one["reasons"]) for one in answers} == {("unsubscribed",)}


def test_the_filter_the_page_and_the_states_narrow(people: Caller) -> None:
    body = asked(people, people={"mark": "email.unsubscribed"}, action="delete", channel=None, scope=None)
    batch = come_to(people, people.post("batches", body).json()["id"], "waiting")
    assert (batch["people"], batch["which"]) == (1, ["mark: email.unsubscribed"])
    everybody = come_to(people, people.post("batches", asked(people)).json()["id"], "waiting")
    first = people.get(f"batches/{everybody['id']}/people", limit="3").json()
    rest = people.get(f"batches/{everybody['id']}/people", after=first["after"]).json()
    assert (len(first["members"]), len(rest["members"]), rest["after"]) == (3, 1, None)
    already = people.get(f"batches/{everybody['id']}/people", state="already").json()["members"]
    assert [one["state"] for one in already] == ["already"]
    listed = people.get("batches", limit="1").json()
    assert [one["id"] for one in listed["batches"]] == [everybody["id"]]
    assert [one["id"] for one in people.get("batches", after=listed["after"]).json()["batches"]] == [batch["id"]]


def test_a_request_sent_again_is_one_list(people: Caller) -> None:
    under = {"idempotency-key": "b-1"}
    ids = {people.post("batches", asked(people), under).json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert people.post("batches", asked(people, reason="another"), under).status_code == 409


def test_what_is_withdrawn_cannot_be_approved(people: Caller) -> None:
    batch = come_to(people, people.post("batches", asked(people)).json()["id"], "waiting")
    assert people.post(f"batches/{batch['id']}/withdraw", {}).json() == {"withdrawn": True}
    approval = {"digest": batch["digest"], "reason": "as agreed"}
    assert people.post(f"batches/{batch['id']}/approve", approval).status_code == 409
    assert people.post(f"batches/{batch['id']}/withdraw", {}).status_code == 409


def test_who_may_not_and_who_is_elsewhere(people: Caller, caller: Callable[[Role], Caller], server: Served) -> None:
    batch = people.post("batches", asked(people)).json()["id"]
    roles: tuple[Role, ...] = ("service", "marketer", "analyst", "auditor")
    assert {caller(role).post("batches", asked(people)).status_code for role in roles} == {403}
    assert {caller(role).get(f"batches/{batch}").status_code for role in roles} == {403}
    other = server.caller(f"{people.organization}-b")
    assert other.get(f"batches/{batch}").status_code == 404
    assert other.get(f"batches/{batch}/people").status_code == 404
    assert other.post(f"batches/{batch}/withdraw", {}).status_code == 404
    assert other.get("batches").json()["batches"] == []
    assert people.get(f"batches/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"action": "erase"}, {"scope": "elsewhere"}, {"channel": "pigeon"}]
)
def test_a_bad_request_is_refused_by_field(wrong: dict[str, str], people: Caller) -> None:
    answer = people.post("batches", asked(people, **wrong))
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, list(wrong))
