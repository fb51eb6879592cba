"""Keyword sets at a terminal: listed, adopted, tried on the replies there are, and those read anew."""

import json
from typing import Any

from consumers.intake import Message, take
from entrypoints.wiring import Service
from ledger.acts.act import Act
from ledger.events.identifier import ReplyReceived, ReplyReclassified
from ledger.events.settings import RepliesReclassified
from tests.api.messages import PHONE, event, signup
from tests.cli.conftest import Run

SENDER = "shop/48099"
REASON = ("--actor", "ann", "--reason", "new words")


def text(organization: str, words: str, time: str = "2026-03-03T09:00:00Z", phone: str = PHONE["value"]) -> Any:
    data = {"from": phone, "to": f"{organization}/{SENDER}", "text": words}
    return event("sms.inbound.v1", organization, **data) | {"time": time}


def subscribed(organization: str, phone: str = PHONE["value"]) -> Any:
    subscription = {"channel": "sms", "scope": f"{organization}/{SENDER}", "purposes": ["marketing"]}
    return signup(organization, {"kind": "phone", "value": phone}, subscriptions=[subscription])


def record(ledger: Service, *messages: Any) -> None:
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    assert all(isinstance(act, Act) for act in acts)
    outcomes = ledger.recording.record([act for act in acts if isinstance(act, Act)])
    assert {outcome.result for outcome in outcomes} == {"recorded"}


def sendable(ledger: Service, organization: str, phone: str = PHONE["value"]) -> bool:
    key = ledger.ids.identifier(organization, "phone", phone)
    [answer] = ledger.answers.sendable(organization, "sms", f"{organization}/{SENDER}", "marketing", [key])
    return answer.sendable


def stream(ledger: Service, organization: str, phone: str = PHONE["value"]) -> list[Any]:
    return ledger.answers.history(organization, ledger.ids.identifier(organization, "phone", phone), opened=True)


def test_a_phrase_stops_and_its_confidence_is_in_the_history(run: Run, ledger: Service, organization: str) -> None:
    record(ledger, subscribed(organization), text(organization, "Please stop texting me!!"))
    assert not sendable(ledger, organization)
    asked = ("history", "-o", organization, "--kind", "phone", "--value", PHONE["value"], "--json")
    last = json.loads(run(*asked).stdout)["events"][-1]["data"]
    assert (last["reply_class"], last["confidence"], last["keywords"]) == ("stop", "phrase", "2026-2")
    assert last["matched"] == "stop texting"
    assert "text" not in last


def test_a_set_of_ones_own_is_shown_before_it_is_adopted(run: Run, ledger: Service, organization: str) -> None:
    record(ledger, subscribed(organization), text(organization, "Schluss!"))
    assert sendable(ledger, organization)
    own = ("2026-2+de", "-o", organization, "--word", "stop=Schluss")
    tried = json.loads(run("keywords", "diff", *own, "--json").stdout)
    [change] = tried["changes"]
    assert (change["old"], change["new"], change["matched"]) == ("other", "stop", "schluss")
    assert change["stops"] == [f"sms {organization}/{SENDER} marketing"]
    read = run("keywords", "diff", *own).stdout
    assert change["reply_event_id"] in read
    assert f"stops sms {organization}/{SENDER}" in read
    assert run("keywords", "adopt", *own, "--actor", "ann").exit_code == 0
    assert run("keywords", "show", "2026-2+de", "-o", organization).exit_code == 1
    assert run("keywords", "adopt", *own, "--actor", "ann", "--yes").exit_code == 0
    listed = json.loads(run("keywords", "list", "-o", organization, "--json").stdout)
    assert [one["version"] for one in listed if one["standing"]] == ["2026-2+de"]
    assert "schluss" in run("keywords", "show", "2026-2+de", "-o", organization).stdout
    assert sendable(ledger, organization)
    record(ledger, text(organization, "schluss.", "2026-03-04T09:00:00Z"))
    assert not sendable(ledger, organization)


def test_earlier_replies_are_read_anew_at_their_own_time(run: Run, ledger: Service, organization: str) -> None:
    record(ledger, subscribed(organization), text(organization, "Schluss!"))
    run("keywords", "adopt", "2026-2+de", "-o", organization, "--word", "stop=Schluss", "--actor", "ann", "--yes")
    asked = ("keywords", "reclassify", "2026-2+de", "-o", organization, *REASON)
    assert json.loads(run(*asked, "--json").stdout)["batch"] is None
    assert sendable(ledger, organization)
    done = json.loads(run(*asked, "--yes", "--json").stdout)
    assert (done["read_anew"], len(done["difference"]["changes"])) == (1, 1)
    assert not sendable(ledger, organization)
    reply, reading = stream(ledger, organization)[-2:]
    assert isinstance(reply.body, ReplyReceived)
    assert isinstance(reading.body, ReplyReclassified)
    assert (reply.body.reply_class, reply.body.keywords) == ("other", "2026-2")
    assert (reading.body.batch, reading.body.reason) == (done["batch"], "new words")
    assert reading.envelope.actor == "ann"
    key = ledger.ids.organization(organization)
    approvals = [
        (e.envelope.actor, e.body) for e in ledger.reading.read([key])[key] if e.body.NAME.count("replies-")
    ]
    [(actor, approval)] = approvals
    assert isinstance(approval, RepliesReclassified)
    assert (actor, approval.counts) == ("ann", {"other>stop": 1})
    assert json.loads(run(*asked, "--yes", "--json").stdout)["read_anew"] == 0


def test_what_would_grant_is_held_back_unless_asked_for(run: Run, ledger: Service, organization: str) -> None:
    record(ledger, text(organization, "pizza"))
    own = ("-o", organization, "--word", "start=pizza", "--actor", "ann", "--yes")
    assert run("keywords", "adopt", "2026-2+pizza", *own).exit_code == 0
    asked = ("keywords", "reclassify", "2026-2+pizza", "-o", organization, *REASON, "--yes", "--json")
    held = json.loads(run(*asked).stdout)
    assert (held["read_anew"], held["held_back"]) == (0, 1)
    assert not sendable(ledger, organization)
    assert json.loads(run(*asked, "--loosen").stdout)["read_anew"] == 1
    assert sendable(ledger, organization)


def test_an_erased_text_is_counted_and_left(run: Run, ledger: Service, organization: str) -> None:
    record(ledger, subscribed(organization), text(organization, "Schluss!"))
    record(
        ledger,
        event("contact.erase.v1", organization, identifier=PHONE, actor="ann", reason="asked", request_id="r-1"),
    )
    run("keywords", "adopt", "2026-2+de", "-o", organization, "--word", "stop=Schluss", "--actor", "ann", "--yes")
    tried = json.loads(run("keywords", "diff", "2026-2+de", "-o", organization, "--json").stdout)
    assert (tried["replies"], tried["unreadable"], tried["changes"]) == (1, 1, [])


def test_a_text_is_tried_without_being_recorded(run: Run, organization: str) -> None:
    read = json.loads(
        run("keywords", "read", "-", "-o", organization, "--json", stdin="take me off ur list").stdout
    )
    assert read == {"reply_class": "stop", "confidence": "phrase", "version": "2026-2", "matched": "take me off"}


def test_a_stop_is_never_moved_and_a_set_never_shrinks(run: Run, organization: str) -> None:
    for version, word in (
        ("2026-2+x", "start=STOP"),
        ("2026-2+x", "help=quit"),
        ("2026-2+x", "stop=yes"),
        ("2026-2", "stop=basta!"),
        ("2026-1+x", "stop=schluss"),
        ("1999", "stop=schluss"),
        ("2026-2+x", "other=schluss"),
        ("2026-2+x", "stop=!!!"),
    ):
        refused = run("keywords", "adopt", version, "-o", organization, "--word", word, "--actor", "ann", "--yes")
        assert refused.exit_code == 1, (version, word)
    assert run("keywords", "diff", "none", "-o", organization).exit_code == 1
