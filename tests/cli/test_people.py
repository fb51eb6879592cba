"""`contact-ledger people`: who works with the ledger, and in which role."""

import json
from uuid import uuid4

from entrypoints import people, reads
from entrypoints.wiring import Service
from tests.cli.conftest import Run


def test_people_are_added_listed_and_given_and_taken_roles(run: Run, organization: str) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    added = run("people", "add", "-o", organization, email, "--name", "Ann Example", "--json")
    person = json.loads(added.stdout)["person"]
    assert (person["role"], person["email"]) == ("analyst", email)
    assert run("people", "grant", "-o", organization, email, "auditor").exit_code == 0
    assert "would lose" in run("people", "revoke", "-o", organization, person["id"]).stderr
    assert _role(run, organization) == "auditor"
    assert run("people", "revoke", "-o", organization, email, "--yes").exit_code == 0
    assert _role(run, organization) is None


def test_a_link_sets_a_password_until_the_person_is_disabled(run: Run, organization: str, ledger: Service) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    first = run("people", "add", "-o", organization, email, "--name", "Ann", "--json")
    token = json.loads(first.stdout)["password_link"].rpartition("/")[2]
    assert people.set_password(ledger, token, "correct horse battery staple")
    assert "password already" in run("people", "add", "-o", organization, email, "--name", "Ann").stderr
    link = run("people", "password", email).stdout.strip()
    assert people.link_holds(ledger, link.rpartition("/")[2])
    assert "would be disabled" in run("people", "disable", email).stderr
    assert people.link_holds(ledger, link.rpartition("/")[2])
    assert run("people", "disable", email, "--yes").exit_code == 0
    assert not people.link_holds(ledger, link.rpartition("/")[2])
    assert run("people", "password", email).exit_code == 1
    assert run("people", "enable", email, "--yes").exit_code == 0
    assert run("people", "password", email).exit_code == 0


def test_who_looked_at_values_is_told_by_name(run: Run, organization: str, ledger: Service) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    added = run("people", "add", "-o", organization, email, "--name", "Ann Example", "--json")
    actor = f"person/{json.loads(added.stdout)['person']['id']}"
    for one in (actor, "api-key/1"):
        reads.record(ledger, organization, actor=one, what="GET /contacts/1", subject=None, reason="case 9")
    shown = run("reads", "-o", organization).stdout
    assert "Ann Example" in shown
    assert "api-key/1" in shown
    kept = json.loads(run("reads", "-o", organization, "--json").stdout)["reads"]
    assert [one["actor"] for one in kept] == ["api-key/1", actor]


def test_who_is_unknown_is_said_to_be(run: Run, organization: str) -> None:
    for command in (["revoke", "-o", organization], ["disable"], ["password"]):
        refused = run("people", *command, "nobody@example.com")
        assert refused.exit_code == 1
        assert isinstance(refused.exception, SystemExit) or "people list" in str(refused.exception)


def _role(run: Run, organization: str) -> str | None:
    (person,) = json.loads(run("people", "list", "-o", organization, "--json").stdout)
    role: str | None = person["role"]
    return role
