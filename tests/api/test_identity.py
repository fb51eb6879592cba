"""Rules of identity over HTTP: read by all who read settings, changed by administrators alone."""

from collections.abc import Callable

import pytest

from entrypoints.roles import ROLES, Role
from tests.api.serving import Caller


def test_rules_are_set_in_parts_and_patterns_shown_to_who_reads_values(
    admin: Caller, caller: Callable[[Role], Caller]
) -> None:
    assert admin.get("identity").json()["preset"] == "listrak"
    after = admin.put("identity", {"preset": "yespo", "block": ["email:info@*", "email:ann@example.com"]}).json()
    assert (after["limits"]["email"], after["version"], after["blocked_values"]) == (1, 1, 1)
    assert admin.put("identity", {"limits": {"email": 2}}).json()["limits"]["phone"] == 1
    assert caller("marketer").get("identity").json()["blocked_patterns"] == {"email": ["info@*"]}
    assert caller("analyst").get("identity").json()["blocked_patterns"] == {}
    assert admin.post("identity/check", {}).json() == []


@pytest.mark.parametrize(
    "wrong",
    [{"preset": "x"}, {"limits": {"email": 0}}, {"limits": {"post": 1}}, {"block": ["info@*"]}, {"other": 1}],
)
def test_rules_that_cannot_be_taken_change_nothing(admin: Caller, wrong: dict[str, object]) -> None:
    assert admin.put("identity", wrong).status_code == 422
    assert admin.post("identity/check", wrong).status_code == 422
    assert admin.get("identity").json()["version"] == 0


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_who_is_no_administrator_sets_no_rules(role: Role, caller: Callable[[Role], Caller]) -> None:
    assert caller(role).put("identity", {}).status_code == 403
    assert caller(role).post("identity/check", {}).status_code == 403
