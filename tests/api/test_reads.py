"""Auditors see personal values after giving a reason, and that they looked is kept for good."""

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from entrypoints.roles import Role
from tests.api.messages import EMAIL, signup
from tests.api.serving import Caller, Served

REASON = "case 4711"


@pytest.fixture
def history(admin: Caller) -> str:
    admin.record(signup(admin.organization, evidence={"ip": "203.0.113.7"}))
    return f"identifiers/{admin.identifier(**EMAIL)}/history"


def test_a_reason_opens_values_to_an_auditor_and_is_listed(caller: Callable[[Role], Caller], history: str) -> None:
    auditor = caller("auditor")
    assert "203.0.113.7" not in auditor.get(history).text
    assert auditor.get("reads").json() == {"reads": [], "before": None}
    reasoned = replace(auditor, reason=REASON)
    assert "203.0.113.7" in reasoned.get(history).text
    (read,) = caller("admin").get("reads").json()["reads"]
    (key,) = (one["id"] for one in caller("admin").get("keys").json() if one["role"] == "auditor")
    assert (read["actor"], read["reason"], read["subject"]) == (f"api-key/{key}", REASON, history.split("/")[1])
    assert read["what"] == "GET /identifiers/{identifier_id}/history"


def test_a_reason_opens_nothing_to_others_and_nothing_is_recorded_of_them(
    caller: Callable[[Role], Caller], history: str
) -> None:
    for role in ("analyst", "service", "admin"):
        shown = replace(caller(role), reason=REASON).get(history)
        assert ("203.0.113.7" in shown.text) is (role == "admin")
    assert caller("admin").get("reads").json()["reads"] == []


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_persons_everything_is_in_full_for_a_reason_which_is_listed(
    accept: str, caller: Callable[[Role], Caller], admin: Caller, history: str
) -> None:
    secrets, asked = (EMAIL["value"], "203.0.113.7"), {"accept": accept}
    contact = admin.post("lookup", EMAIL).json()["contact_id"]
    masked = caller("auditor").post("access", EMAIL, asked)
    assert masked.status_code == 200
    assert not any(secret in masked.text for secret in secrets)
    assert "a***@example.com" in masked.text
    assert admin.get("reads").json()["reads"] == []
    full = replace(caller("auditor"), reason=REASON).post("access", EMAIL, asked)
    assert all(secret in full.text for secret in secrets)
    [read] = admin.get("reads").json()["reads"]
    assert (read["what"], read["subject"], read["reason"]) == ("POST /access", contact, REASON)
    assert all(secret in admin.post("access", EMAIL, asked).text for secret in secrets)
    nobody = {"kind": "email", "value": "nobody@example.com"}
    assert replace(caller("auditor"), reason=REASON).post("access", nobody).status_code == 404
    assert len(admin.get("reads").json()["reads"]) == 1


@pytest.mark.parametrize("reason", ["", "a\tcase", "x" * 501])
def test_a_reason_that_is_none_is_refused(reason: str, caller: Callable[[Role], Caller], history: str) -> None:
    refused = replace(caller("auditor"), reason=reason).get(history)
    assert refused.status_code == (422 if reason else 200)
    assert "203.0.113.7" not in refused.text
    assert caller("auditor").get("reads").json()["reads"] == []


def test_reads_are_paged_and_are_each_organizations_own(
    server: Served, organization: str, caller: Callable[[Role], Caller], history: str
) -> None:
    for number in range(3):
        replace(caller("auditor"), reason=f"case {number}").get(history)
    first = caller("auditor").get("reads", limit="2").json()
    rest = caller("auditor").get("reads", before=str(first["before"])).json()
    assert [one["reason"] for one in first["reads"] + rest["reads"]] == ["case 2", "case 1", "case 0"]
    assert rest["before"] is None
    assert server.caller(f"{organization}-b").get("reads").json()["reads"] == []


def test_the_database_lets_nobody_change_what_was_read(
    server: Served, caller: Callable[[Role], Caller], history: str
) -> None:
    replace(caller("auditor"), reason=REASON).get(history)
    with psycopg.connect(server.ledger.settings.owner_url, autocommit=True) as connection:
        for change in ("UPDATE reads SET reason = ''", "DELETE FROM reads", "TRUNCATE reads"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(change)
