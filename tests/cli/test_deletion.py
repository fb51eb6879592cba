"""Deleting and restoring at a terminal; many only where Y6 lets them go."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from consumers.intake import Message, take
from entrypoints.wiring import Service
from ledger.acts import Act
from ledger.rules.identity import holder
from tests.api.messages import opt_out, signup
from tests.cli.conftest import Run

WHO = ("--actor", "ann", "--reason", "clean-up")


def mail(number: int) -> dict[str, str]:
    return {"kind": "email", "value": f"person{number}@example.com"}


def contact(ledger: Service, organization: str, number: int) -> str:
    stream = ledger.ids.identifier(organization, "email", mail(number)["value"])
    return str(holder(ledger.reading.read([stream])[stream]))


def tell(ledger: Service, *messages: dict[str, Any]) -> None:
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    ledger.recording.record([act for act in acts if isinstance(act, Act)])


@pytest.fixture
def people(ledger: Service, organization: str) -> str:
    """0 and 1 are unsubscribed, 2 is subscribed, 3 never confirmed, 4 has one e-mail of each."""
    tell(ledger, *[signup(organization, mail(number)) for number in range(3)])
    tell(ledger, *[opt_out(organization, mail(number)) for number in range(2)])
    waiting = signup(organization, mail(3))
    waiting["data"]["subscriptions"][0]["double_opt_in"] = True
    waiting["time"] = ledger.now().isoformat()
    both = signup(organization, mail(4))
    both["data"]["identifiers"] = [mail(4), mail(5)]
    tell(ledger, waiting, both, opt_out(organization, mail(4)))
    return organization


def test_bulk_deletion_takes_only_those_of_no_use_to_senders(run: Run, people: str, ledger: Service) -> None:
    """Y6: others are refused with the reason, a row each."""
    ids = [contact(ledger, people, number) for number in range(5)]
    stranger = str(uuid4())
    asked = ("deletion", "many", "-", "-o", people)
    lines = "\n".join([*ids, stranger])
    listed = json.loads(run(*asked, "--json", stdin=lines).stdout)
    refused = {one["contact"]: one["refused"] for one in listed["contacts"]}
    assert [refused[one] for one in ids] == [None, None, "subscribed", None, "subscribed"]
    assert refused[stranger] == "unknown_contact"
    approve = ("--approve", listed["digest"])
    assert run(*asked, *approve, stdin=lines).exit_code == 2, "without actor and reason"
    assert run(*asked, "--approve", "0" * 64, *WHO, stdin=lines).exit_code == 1
    done = run(*asked, *approve, *WHO, "--json", stdin=lines)
    assert json.loads(done.stdout) == {"deleted": 3}
    again = json.loads(run(*asked, "--json", stdin=lines).stdout)
    assert {one["refused"] for one in again["contacts"] if one["contact"] in ids[:2]} == {"deleted_already"}
    assert again["count"] == 0


def test_a_single_deletion_is_not_gated_and_is_restored(run: Run, people: str, ledger: Service) -> None:
    one = contact(ledger, people, 2)
    asked = ("status", "-o", people, "--kind", "email", "--value", mail(2)["value"], "--channel", "email")
    place = ("--scope", f"{people}/shop", "--json")
    assert run("deletion", "delete", one, "-o", people, *WHO).exit_code == 0
    assert json.loads(run(*asked, *place).stdout)["reasons"] == ["blocked"]
    assert run("deletion", "restore", one, "-o", people, *WHO).exit_code == 0
    assert json.loads(run(*asked, *place).stdout)["reasons"] == []
    assert run("deletion", "delete", str(UUID(int=7)), "-o", people, *WHO).exit_code != 0


def test_what_is_no_list_of_contacts_is_refused(run: Run, people: str) -> None:
    assert run("deletion", "many", "-", "-o", people, stdin="not an id\n").exit_code == 2
    assert run("deletion", "many", "-o", people).exit_code == 2
