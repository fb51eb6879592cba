"""Keys, profile fields and retention over HTTP: for administrators alone."""

from collections.abc import Callable
from typing import Any

import pytest

from entrypoints.roles import ROLES, Role
from ledger.rules.fields import SYSTEM_FIELDS
from tests.api.serving import Caller, Served


def _but_use(key: dict[str, Any]) -> dict[str, Any]:
    """What is said of a key but for its last use, which is noted some time after."""
    return {name: value for name, value in key.items() if name != "used_at"}


def test_a_key_is_issued_shown_once_and_revoked_from_the_next_request_on(server: Served, admin: Caller) -> None:
    issued = admin.post("keys", {"role": "auditor"})
    secret = issued.json()["key"]
    auditor = server.with_key(admin.organization, secret)
    assert auditor.get("fields").status_code == 200
    listed = admin.get("keys")
    assert secret.split("_", 2)[2] not in listed.text
    (mine,) = [one for one in listed.json() if one["prefix"] == secret.split("_")[1]]
    assert (mine["role"], mine["state"]) == ("auditor", "usable")
    revoked = admin.delete(f"keys/{mine['id']}").json()
    assert _but_use(revoked) == _but_use(mine) | {"state": "revoked"}
    assert admin.delete(f"keys/{mine['id']}").json()["state"] == "revoked"
    assert auditor.get("fields").status_code == 401
    stream = server.ledger.ids.organization(admin.organization)
    actor = server.ledger.reading.read([stream])[stream][-1].envelope.actor
    assert actor
    assert actor.removeprefix("api-key/") in [one["id"] for one in listed.json() if one["role"] == "admin"]


def test_another_organizations_key_is_not_found(server: Served, admin: Caller) -> None:
    other = server.caller(f"{admin.organization}-b")
    (theirs,) = other.get("keys").json()
    assert admin.delete(f"keys/{theirs['id']}").status_code == 404
    (still,) = other.get("keys").json()
    assert _but_use(still) == _but_use(theirs)


def test_a_field_is_defined_named_anew_retired_and_never_changes_its_type(admin: Caller) -> None:
    made = admin.put("fields/shoe_size", {"value_type": "number", "display_name": "Shoe size"}).json()
    assert made == {
        "field": "shoe_size",
        "display_name": "Shoe size",
        "value_type": "number",
        "system": False,
        "retired": False,
    }
    assert admin.put("fields/shoe_size", {"value_type": "text"}).json()["errors"][0]["field"] == "value_type"
    assert admin.put("fields/shoe_size", {"value_type": "number", "display_name": "Size"}).json()[
        "display_name"
    ] == ("Size")
    assert admin.delete("fields/shoe_size").json()["retired"] is True
    assert admin.put("fields/shoe_size", {"value_type": "number"}).json() == made | {"display_name": "Size"}
    assert [one["field"] for one in admin.get("fields").json()] == [*SYSTEM_FIELDS, "shoe_size"]


def test_system_fields_stay(admin: Caller) -> None:
    for code in SYSTEM_FIELDS:
        assert admin.delete(f"fields/{code}").status_code == 422
        assert admin.put(f"fields/{code}", {"value_type": "text"}).status_code == 422
    assert admin.delete("fields/never").status_code == 404


def test_a_retention_is_set_within_its_bounds(admin: Caller) -> None:
    assert {one["days"] for one in admin.get("retention").json()} == {None}
    after = {one["subject"]: one["days"] for one in admin.put("retention/activity", {"days": 400}).json()}
    assert after == {"activity": 400, "anonymous_contacts": None}
    for subject, days in (("activity", 89), ("activity", 10**6), ("consent", 400)):
        assert admin.put(f"retention/{subject}", {"days": days}).status_code == 422
    assert {one["subject"]: one["days"] for one in admin.get("retention").json()} == after


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_who_is_no_administrator_changes_nothing(role: Role, caller: Callable[[Role], Caller]) -> None:
    one = caller(role)
    answers = [
        one.get("keys"),
        one.post("keys", {"role": "admin"}),
        one.delete("keys/00000000-0000-0000-0000-000000000000"),
        one.put("fields/shoe_size", {"value_type": "number"}),
        one.delete("fields/shoe_size"),
        one.put("retention/activity", {"days": 400}),
    ]
    assert {answer.status_code for answer in answers} == {403}
