"""organizations, rejections, rebuild, checksum: what keeps a ledger, and asks before it takes anything away."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from consumers.intake import Message, take
from entrypoints.keys import admitted
from entrypoints.wiring import Service, projecting
from ledger.acts.act import Act, Rejection
from ledger.store.rejections import count_since
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import event, opt_out, signup
from tests.cli.conftest import Run


def test_an_organization_is_added_once_and_its_key_is_printed_once(run: Run, ledger: Service) -> None:
    code = f"o-{uuid4().hex[:12]}"
    added = run("organizations", "add", code, "--name", "Acme Stores", "--key-role", "service")
    key = added.stdout.strip()
    stream = ledger.ids.organization(code)
    issued = admitted(key, ledger.reading.read([stream])[stream], ledger.now())
    assert issued is not None
    assert issued.role == "service"
    again = json.loads(run("organizations", "add", code, "--json").stdout)
    assert again == {"organization": code, "added": False, "key": None}
    listed = json.loads(run("organizations", "list", "--json").stdout)
    (mine,) = [one for one in listed if one["organization"] == code]
    assert (mine["name"], mine["key_roles"]) == ("Acme Stores", ["service"])
    assert key not in json.dumps(listed)


def test_what_cannot_be_an_organization_or_a_role_is_refused(run: Run, organization: str) -> None:
    for code in ("Acme", "a/b", "-", "ä", "a" * 64):
        assert run("organizations", "add", "--", code).exit_code == 1, code
    assert run("organizations", "keys", "issue", organization, "--role", "emperor").exit_code == 2
    assert run("organizations", "keys", "issue", "nobody").exit_code == 1


def _reject(ledger: Service, organization: str, message: dict[str, object], reason: str) -> str:
    payload = json.dumps(message).encode()
    rejection = Rejection(reason, "somewhere: something", ledger.now(), payload, organization=organization)
    with ledger.writing.writing() as writing:
        (made,) = writing.reject([rejection])
    return str(made)


def test_a_message_rejected_for_its_organization_is_taken_once_that_is_registered(
    run: Run, ledger: Service
) -> None:
    code = f"o-{uuid4().hex[:12]}"
    rejected = _reject(ledger, code, signup(code), "unknown_organization")
    refused = run("rejections", "replay", rejected, "--json")
    assert (refused.exit_code, json.loads(refused.stdout)[0]["result"]) == (1, "refused")
    run("organizations", "add", code)
    taken = run("rejections", "replay", "--organization", code, "--json")
    assert (taken.exit_code, json.loads(taken.stdout)[0]["result"]) == (0, "recorded")
    assert json.loads(run("rejections", "list", "-o", code, "--json").stdout) == []
    settled = json.loads(run("rejections", "list", "-o", code, "--state", "replayed", "--json").stdout)
    assert rejected in [one["id"] for one in settled]


def test_a_message_can_be_mended_and_taken(run: Run, organization: str, ledger: Service, tmp_path: Path) -> None:
    rejected = _reject(ledger, organization, event("contact.wave.v1", organization), "unknown_type")
    shown = run("rejections", "show", rejected)
    assert "contact.wave.v1" not in shown.stdout
    assert "contact.wave.v1" in run("rejections", "show", rejected, "--payload").stdout
    mended = tmp_path / "mended.json"
    mended.write_text(json.dumps(signup(organization)))
    taken = run("rejections", "replay", rejected, "--message", str(mended), "--json")
    assert json.loads(taken.stdout)[0]["result"] == "recorded"


def test_dropping_asks_first(run: Run, organization: str, ledger: Service) -> None:
    rejected = _reject(ledger, organization, {}, "bad_json")
    dry = run("rejections", "drop", "-o", organization)
    assert rejected in dry.stdout
    assert [one["id"] for one in json.loads(run("rejections", "list", "-o", organization, "--json").stdout)]
    assert run("rejections", "drop", "-o", organization, "--yes").exit_code == 0
    assert json.loads(run("rejections", "list", "-o", organization, "--json").stdout) == []
    assert run("rejections", "drop").exit_code == 2
    assert run("rejections", "drop", str(uuid4()), "--yes").exit_code == 1


def test_an_opt_out_under_a_used_id_is_listed_as_a_conflict(run: Run, ledger: Service, organization: str) -> None:
    assert run("rejections", "conflicts", "-o", organization).stdout == "None.\n"
    first = signup(organization)
    second = opt_out(organization) | {"id": first["id"]}
    for message in (first, second):
        act = take(Message(json.dumps(message).encode(), (), ledger.now()))
        assert isinstance(act, Act)
        ledger.recording.record([act])
    with projecting(ledger.settings) as source:
        catch_up(source, list(PROJECTIONS.values()))
    [one] = json.loads(run("rejections", "conflicts", "-o", organization, "--json").stdout)["conflicts"]
    assert one["event_id"] in run("rejections", "conflicts", "-o", organization).stdout


def test_rejections_in_a_row_are_counted_no_further_than_needed(ledger: Service, organization: str) -> None:
    before = ledger.now() - timedelta(hours=1)
    for _ in range(3):
        _reject(ledger, organization, {}, "bad_json")
    with ledger.reading.connection() as connection:
        assert count_since(connection, before, 2) == 2
        assert count_since(connection, ledger.now() + timedelta(hours=1), 2) == 0


@pytest.fixture
def projected(ledger: Service, organization: str) -> None:
    """Everything recorded so far is in the tables."""
    with projecting(ledger.settings) as source:
        catch_up(source, list(PROJECTIONS.values()))


def test_rebuild_asks_first_and_checksum_notices_what_is_not_as_the_log_says(
    run: Run, organization: str, ledger: Service, projected: None, database: str
) -> None:
    assert "--yes rebuilds it" in run("rebuild", "all_contacts").stderr
    equal = run("checksum", "identifiers", "--workers", "1", "--json")
    assert (equal.exit_code, json.loads(equal.stdout)[0]["equal"]) == (0, True)
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO contact_aliases VALUES (gen_random_uuid(), gen_random_uuid(), 'nobody')")
    spoilt = run("checksum", "all_contacts", "--workers", "1", "--json")
    assert (spoilt.exit_code, json.loads(spoilt.stdout)[0]["equal"]) == (1, False)
    assert run("rebuild", "all_contacts", "--workers", "1", "--yes").exit_code == 0
    assert json.loads(run("checksum", "all_contacts", "--workers", "1", "--json").stdout)[0]["equal"] is True


def test_an_unknown_projection_is_a_usage_error(run: Run) -> None:
    assert run("rebuild", "wave").exit_code == 2
