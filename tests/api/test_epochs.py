"""Epochs and duplicates over HTTP (Y10-Y13, beyond 23)."""

from collections.abc import Callable

from entrypoints.access import Role
from tests.api.messages import PHONE, event, signup
from tests.api.serving import Caller, Served


def test_a_recycled_number_has_two_epochs(admin: Caller) -> None:
    admin.record(signup(admin.organization, PHONE, channel="sms"))
    recycled = event("contact.reassign.v1", admin.organization, identifier=PHONE, cause="recycled")
    admin.record(recycled | {"time": "2026-03-04T09:00:00Z"})
    found = admin.get(f"identifiers/{admin.identifier(**PHONE)}/epochs").json()["epochs"]
    assert [(one["number"], one["cause"], len(one["contacts"])) for one in found] == [
        (1, "first_heard_of", 1),
        (2, "recycled", 0),
    ]
    assert found[0]["closed_at"] == found[1]["opened_at"] == "2026-03-04T09:00:00Z"


def test_duplicates_are_listed_masked_and_removed_by_admins(
    server: Served, admin: Caller, caller: Callable[[Role], Caller]
) -> None:
    values = ("ann@example.com", "ann+news@example.com")
    admin.record(*[signup(admin.organization, {"kind": "email", "value": value}) for value in values])
    server.project()
    assert admin.get("duplicates").json()["values"] == [{"value": "ann@example.com", "people": 2}]
    analyst = caller("analyst")
    assert analyst.get("duplicates").json()["values"] == [{"value": "a***@example.com", "people": 2}]
    held = admin.post("duplicates/holders", {"value": values[1]}).json()
    assert sorted(one["emails"][0] for one in held) == sorted(values)
    assert admin.post("duplicates/holders", {"value": "nobody"}).status_code == 422
    wanted = {"created": "later"}
    listed = admin.post("duplicates/preview", wanted).json()
    assert listed["count"] == 1
    approval = {**wanted, "approve": listed["digest"], "actor": "ann", "reason": "duplicate"}
    assert analyst.post("duplicates/removals", approval).status_code == 403
    assert admin.post("duplicates/removals", {**approval, "approve": "0" * 64}).status_code == 409
    assert admin.post("duplicates/removals", approval).json() == {"deleted": 1}
