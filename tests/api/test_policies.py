"""Policies over HTTP: list, show, count what one would change, adopt."""

from collections.abc import Callable

import pytest

from entrypoints.roles import Role
from tests.api.messages import EMAIL, signup
from tests.api.serving import Caller

STRICT = {"policy": "strict", "version": "1", "parameters": {"bounce_threshold": 1}}


def bounced(organization: str) -> dict[str, object]:
    data = {"organization": organization, "identifier": EMAIL, "channel": "email", "outcome": "soft_bounce"}
    head = {"specversion": "1.0", "id": "b", "source": "ses", "type": "delivery.receipt.v1"}
    return {**head, "time": "2026-03-05T00:00:00Z", "data": data}


def test_a_policy_is_counted_then_adopted_then_listed(admin: Caller) -> None:
    admin.record(signup(admin.organization), bounced(admin.organization))
    diff = admin.post("policies/diff", {"after": STRICT}).json()
    assert (diff["identifiers"], diff["become_unsendable"] > 0, diff["become_sendable"]) == (1, True, 0)
    counted = admin.post("policies", {"policy": STRICT, "actor": "person:17"}).json()
    assert (counted["adopted"], counted["changes"][0]["statuses"]) == (False, diff["statuses"])
    assert admin.post("policies", {"policy": STRICT, "actor": "person:17", "confirmed": True}).json()["adopted"]
    listed = admin.get("policies").json()
    assert [one["version"] for one in listed["adopted"] if one["now"]] == ["strict/1"]
    assert {one["version"] for one in listed["shipped"]} >= {"us/2026", "us/2027", "ca/2026"}
    assert admin.get("policies/strict/1").json()["parameters"]["bounce_threshold"] == 1
    assert admin.get("policies/strict/2").status_code == 404
    back = admin.post("policies/diff", {"before": "current", "after": "built-in"}).json()
    assert back["become_sendable"] == diff["become_unsendable"]


def test_a_policy_that_cannot_be_taken_names_its_field(admin: Caller) -> None:
    for parameters, field in (
        ({"bounces": 1}, "parameters.bounces"),
        ({"stop_reach": "x"}, "parameters.stop_reach"),
    ):
        refused = admin.post("policies", {"policy": {**STRICT, "parameters": parameters}, "actor": "a"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(("role", "status"), [("service", 403), ("auditor", 200), ("admin", 200)])
def test_who_may_look_at_policies(caller: Callable[[Role], Caller], role: Role, status: int) -> None:
    assert caller(role).get("policies").status_code == status
    if role == "auditor":
        assert caller(role).post("policies", {"policy": STRICT, "actor": "a"}).status_code == 403
