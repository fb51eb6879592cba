"""Epochs and duplicates over HTTP (Y10-Y13, beyond 23)."""

from collections.abc import Callable

import pytest

from entrypoints.roles import Role
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
    assert analyst.get("duplicates").json()["after"] is None
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


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_duplicates_go_on_behind_a_page_by_a_token_that_tells_no_value(
    role: Role, server: Served, admin: Caller, caller: Callable[[Role], Caller]
) -> None:
    for name in ("ann", "ben"):
        admin.record(signup(admin.organization, {"kind": "email", "value": f"{name}@example.com"}))
        admin.record(signup(admin.organization, {"kind": "email", "value": f"{name}+news@example.com"}))
    server.project()
    asking = caller(role)
    first = asking.get("duplicates", limit="1").json()
    assert "ann" not in first["after"]
    second = asking.get("duplicates", limit="1", after=first["after"]).json()
    assert [len(first["values"]), len(second["values"]), second["after"]] == [1, 1, None]
    assert first["values"] != second["values"]
    assert asking.get("duplicates", after="ann@example.com").status_code == 422
