"""People of an organization over HTTP."""

from collections.abc import Callable
from uuid import uuid4

from argon2 import PasswordHasher

from entrypoints import people
from entrypoints.acting import Hand
from entrypoints.passwords import hashed
from entrypoints.roles import Role
from ledger.store import credentials
from tests.api.serving import Caller, Served


def test_an_administrator_adds_people_and_gives_and_takes_their_role(admin: Caller) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    added = admin.post("people", {"email": f" {email.upper()}", "name": "Ann Example", "role": "analyst"})
    person = added.json()
    assert (person["email"], person["name"], person["role"]) == (email, "Ann Example", "analyst")
    assert "password" not in added.text, "who adds a person must not be able to become it elsewhere"
    assert admin.get("people").json() == [person]
    path = f"people/{person['id']}/role"
    assert admin.put(path, {"role": "auditor"}).json()["role"] == "auditor"
    assert admin.put(path, {"role": None}).json()["role"] is None
    assert admin.put(path, {"role": None}).json()["role"] is None
    again = admin.post("people", {"email": email, "name": "Ann Other", "role": "admin"}).json()
    assert again == person | {"name": "Ann Other", "role": "admin"}


def test_another_organizations_people_are_unknown_here(
    server: Served, organization: str, admin: Caller, caller: Callable[[Role], Caller]
) -> None:
    elsewhere = server.caller(f"{organization}-b")
    given = {"email": f"{uuid4().hex[:12]}@example.com", "name": "Ann Example", "role": "admin"}
    theirs = elsewhere.post("people", given).json()["id"]
    stranger = admin.put(f"people/{theirs}/role", {"role": "admin"})
    assert stranger.status_code == 404
    assert stranger.text == admin.put(f"people/{uuid4()}/role", {"role": "admin"}).text
    assert caller("auditor").get("people").status_code == 403


def test_what_is_no_address_is_named(admin: Caller) -> None:
    refused = admin.post("people", {"email": "ann@", "name": "Ann", "role": "admin"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "email"
    assert "ann@" not in refused.text


def test_a_password_hashed_at_another_cost_is_hashed_anew_at_todays_when_its_owner_logs_in(
    server: Served, organization: str, admin: Caller
) -> None:
    todays, password = "$argon2id$v=19$m=65536,t=3,p=4$", "correct horse battery staple"
    assert hashed(password).startswith(todays)
    email = f"{uuid4().hex[:12]}@example.com"
    seen = people.add(Hand(server.ledger, organization), email, "Ann Example", "analyst")
    link = people.password_link(server.ledger, seen.id)
    assert people.set_password(server.ledger, link.rpartition("/")[2], password)
    with server.ledger.writing.connection() as connection:
        held = credentials.credential(connection, seen.id)
        assert held is not None
        assert held.password_hash is not None
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
        credentials.rehashed(connection, seen.id, held.password_hash, cheap)
    assert isinstance(people.log_in(server.ledger, email, password, "127.0.0.1"), str)
    with server.ledger.writing.connection() as connection:
        renewed = credentials.credential(connection, seen.id)
    assert renewed is not None
    assert str(renewed.password_hash).startswith(todays)
