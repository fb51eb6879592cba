"""Rules of identity on the command line: shown, set, and who breaks them."""

import json
from collections.abc import Callable, Iterator

import pytest

from entrypoints.acting import Hand
from entrypoints.wiring import Service, projecting
from ledger.acts.consent import SignUp, Subscription
from ledger.acts.given import Given
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.cli.conftest import Run
from tests.cli.test_organization_settings import _read


@pytest.fixture
def crowd(ledger: Service, organization: str) -> Iterator[Callable[..., None]]:
    """Records one signup with these e-mail addresses together, and brings the tables up to the log's end."""
    with projecting(ledger.settings) as source:

        def signed_up(*addresses: str) -> None:
            together = tuple(Given("email", one, one) for one in addresses)
            subscription = Subscription("email", organization, ("marketing",))
            Hand(ledger, organization).record(SignUp(together, (subscription,), "form"))
            catch_up(source, list(PROJECTIONS.values()))

        yield signed_up


def test_tightening_a_rule_lists_who_breaks_it_masked_and_changes_nobody(
    run: Run, organization: str, crowd: Callable[..., None]
) -> None:
    crowd("ann@example.com", "ann.b@example.com")
    crowd("ben@example.com")
    named = ("-o", organization)
    assert run("identity", "check", *named, "--json").stdout == ""
    dry = run("identity", "set", *named, "--preset", "yespo", "--dry-run", "--json")
    (line,) = dry.stdout.splitlines()
    found = json.loads(line)
    assert (found["kind"], found["count"], found["limit"], found["rule"]) == ("email", 2, 1, "limit")
    assert found["values"] == ["a***@example.com", "a***@example.com"]
    assert _read(run("identity", "show", *named, "--json"))["version"] == 0
    assert _read(run("identity", "set", *named, "--preset", "yespo", "--json")) == {"changed": True}
    assert _read(run("identity", "set", *named, "--preset", "yespo", "--json")) == {"changed": False}
    assert run("identity", "check", *named, "--json").stdout == dry.stdout
    assert found["person_id"] in run("identity", "check", *named, "--json").stdout


def test_a_pattern_lists_the_people_it_blocks_and_is_shown_again(
    run: Run, organization: str, crowd: Callable[..., None]
) -> None:
    crowd("info@example.com", "info@example.org", "ann@example.com")
    blocking = ("identity", "set", "-o", organization, "--block", "email:info@*", "--json")
    (line,) = run(*blocking, "--dry-run").stdout.splitlines()
    found = json.loads(line)
    assert (found["kind"], found["count"], found["limit"], found["rule"]) == ("email", 2, 0, "blocked")
    assert sorted(found["values"]) == ["i***@example.com", "i***@example.org"]
    assert _read(run(*blocking)) == {"changed": True}
    shown = _read(run("identity", "show", "-o", organization, "--json"))
    assert (shown["blocked_patterns"], shown["blocked_values"]) == ({"email": ["info@*"]}, 0)
    typed = run("identity", "set", "-o", organization, "--unblock", "-", stdin="email:info@*\n")
    assert typed.exit_code == 0
    assert _read(run("identity", "show", "-o", organization, "--json"))["blocked_patterns"] == {}


def test_the_rules_are_shown_in_words(run: Run, organization: str) -> None:
    shown = run("identity", "show", "-o", organization).stdout
    assert "tracker 200" in shown
    assert "{" not in shown


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--limit", "email=0"), "limits.email: 1 to 1,000"),
        (("--most", "0"), "most: 1 to 1,000"),
        (("--preset", "none"), "preset: one of listrak, connectif, yespo"),
    ],
)
def test_what_is_wrong_is_said_once(run: Run, organization: str, wrong: tuple[str, str], told: str) -> None:
    assert str(run("identity", "set", "-o", organization, *wrong).exception) == told


@pytest.mark.parametrize(
    "wrong",
    [("--preset", "none"), ("--limit", "email"), ("--limit", "email=x"), ("--block", "info@example.com")],
)
def test_what_cannot_be_read_says_what_to_write(run: Run, organization: str, wrong: tuple[str, str]) -> None:
    assert run("identity", "set", "-o", organization, *wrong).exit_code != 0
