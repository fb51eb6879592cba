"""Deleting and restoring at a terminal; many only where Y6 lets them go."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from consumers.intake import Message, take
from entrypoints import blacklist
from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.act import Act
from ledger.acts.settings import PolicyAdoption
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


def test_a_mark_that_is_none_is_no_empty_list(run: Run, people: str) -> None:
    refused = run("deletion", "many", "-o", people, "--mark", "nonsense")
    assert refused.exit_code != 0
    assert "unsubscribed" in str(refused.exception)


def test_who_is_deleted_is_not_deleted_again(run: Run, people: str, ledger: Service) -> None:
    asked = ("deletion", "delete", contact(ledger, people, 0), "-o", people, *WHO)
    assert run(*asked).exit_code == 0
    before = ledger.reading.newest()
    assert run(*asked).exit_code == 0
    assert ledger.reading.newest() == before


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


def refused(run: Run, organization: str, one: str) -> str | None:
    listed = json.loads(run("deletion", "many", "-", "-o", organization, "--json", stdin=one).stdout)
    reason: str | None = listed["contacts"][0]["refused"]
    return reason


@pytest.mark.parametrize("opted_out", [7, 8])
def test_one_address_that_is_of_use_keeps_the_person(
    run: Run, ledger: Service, organization: str, opted_out: int
) -> None:
    """Y6, whichever of the addresses came first."""
    both = signup(organization, mail(7))
    both["data"]["identifiers"] = [mail(7), mail(8)]
    tell(ledger, both, opt_out(organization, mail(opted_out)))
    one = contact(ledger, organization, 7)
    assert refused(run, organization, one) == "subscribed"
    tell(ledger, opt_out(organization, mail(15 - opted_out)))
    assert refused(run, organization, one) is None


def test_whom_the_platform_lists_may_go_though_subscribed(run: Run, people: str, ledger: Service) -> None:
    """Y6, Y19."""
    one = contact(ledger, people, 2)
    assert refused(run, people, one) == "subscribed"
    blacklist.change(ledger, mail(2)["value"], listing=True, reason="x")
    assert refused(run, people, one) is None
    blacklist.change(ledger, mail(2)["value"], listing=False, reason="x")
    assert refused(run, people, one) == "subscribed"


def test_what_is_not_confirmed_is_judged_by_the_organizations_policy(
    run: Run, people: str, ledger: Service
) -> None:
    """Where requests live a day, one of two days ago was never made."""
    waiting = signup(people, mail(6))
    waiting["data"]["subscriptions"][0]["double_opt_in"] = True
    now = ledger.now()
    tell(ledger, waiting | {"time": (now - timedelta(days=2)).isoformat()})
    one = contact(ledger, people, 6)
    assert refused(run, people, one) is None
    adoption = PolicyAdoption("short", "1", {"request_lifetime_days": 1}, now - timedelta(days=3))
    Hand(ledger, people).record(adoption)
    assert refused(run, people, one) == "never_subscribed"


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
