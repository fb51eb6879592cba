"""What bad producers send: each is one rejection with a reason to act on, or, where a restrictive act can still be
understood, an act with a flag. Nothing that was sent is ever repeated in reason or detail.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.intake import Message, take
from ledger.acts.act import Act, Rejection
from ledger.acts.consent import OptOut, Reply
from ledger.acts.given import Given
from ledger.events.identifier import OptedOut
from tests.golden_messages import GOLDEN
from tests.memory_log import IDS, MemoryLog

RECEIVED = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)
SIGNUP, OPT_OUT, TEXT = (GOLDEN[name] for name in ("contact.signup.v1", "contact.opt-out.v1", "sms.inbound.v1"))
ANN = Given("email", "ann@example.com", "Ann@Example.com")
CONTACT = UUID("6f1c9d0e-0000-4000-8000-000000000001")


def _with(event: dict[str, Any], **data: Any) -> dict[str, Any]:
    return event | {"data": event["data"] | data}


def _taken(event: Any) -> Act | Rejection:
    payload = event if isinstance(event, bytes) else orjson.dumps(event)
    return take(Message(payload, (), RECEIVED, "kafka:topic/0/7"))


def _rejected(event: Any) -> Rejection:
    taken = _taken(event)
    assert isinstance(taken, Rejection), taken.body
    return taken


def _subscription(**changes: Any) -> dict[str, Any]:
    return _with(SIGNUP, subscriptions=[SIGNUP["data"]["subscriptions"][0] | changes])


def _identifier(kind: str, value: Any) -> dict[str, Any]:
    return _with(SIGNUP, identifiers=[{"kind": kind, "value": value}])


NESTED: Any = "x"
for _ in range(40):
    NESTED = {"a": NESTED}

REFUSED: dict[str, tuple[Any, str, str]] = {
    "cut off JSON": (orjson.dumps(SIGNUP)[:-9], "bad_json", "message"),
    "not UTF-8": (orjson.dumps(SIGNUP).replace(b"Springfield", b"Spr\xe9ngfield"), "bad_json", "message"),
    "ten megabytes": (_with(SIGNUP, evidence={"form": "x" * 10_000_000}), "too_large", "message"),
    "deep nesting": (_with(SIGNUP, profile=NESTED), "too_deep", "message"),
    "deep nesting in an opt-out": (_with(OPT_OUT, evidence=NESTED), "too_deep", "message"),
    "no event at all": (SIGNUP["data"], "not_a_cloud_event", "specversion"),
    "no id": ({**SIGNUP, "id": None}, "not_a_cloud_event", "id"),
    "no data": ({**SIGNUP, "data": None}, "invalid_data", "data"),
    "unknown type": ({**SIGNUP, "type": "contact.wave.v1"}, "unknown_type", "type"),
    "no dots in the type": ({**SIGNUP, "type": "signup"}, "unknown_type", "type"),
    "unknown version": ({**SIGNUP, "type": "contact.signup.v9"}, "unknown_version", "type"),
    "organization missing": (_with(SIGNUP, organization=None), "invalid_data", "data.organization"),
    "organization no code": (_with(OPT_OUT, organization="Acme Inc"), "invalid_data", "data.organization"),
    "a number for a string": (_identifier("email", 7), "invalid_data", "data.identifiers.0.value"),
    "unknown kind": (_identifier("fax", "1"), "invalid_data", "data.identifiers.0.kind"),
    "no identifiers": (_with(SIGNUP, identifiers=[]), "invalid_data", "data.identifiers"),
    "51 identifiers": (
        _with(SIGNUP, identifiers=[{"kind": "tracker", "value": str(n)} for n in range(51)]),
        "invalid_data",
        "data.identifiers",
    ),
    "no subscriptions": (_with(SIGNUP, subscriptions=[]), "invalid_data", "data.subscriptions"),
    "101 subscriptions": (
        _with(SIGNUP, subscriptions=SIGNUP["data"]["subscriptions"][:1] * 101),
        "invalid_data",
        "data.subscriptions",
    ),
    "no phone": (_identifier("phone", "call reception"), "not_a_phone", "data.identifiers.0.value"),
    "no e-mail": (_identifier("email", "ann at example"), "not_an_email", "data.identifiers.0.value"),
    "empty id": (_identifier("external_id", "\t"), "not_an_identifier", "data.identifiers.0.value"),
    "no phone in an opt-out": (
        _with(OPT_OUT, identifier={"kind": "phone", "value": "n/a"}),
        "not_a_phone",
        "data.identifier.value",
    ),
    "no identifier in an opt-out": (_with(OPT_OUT, identifier=None), "invalid_data", "data.identifier"),
    "no phone of a text": (_with(TEXT, **{"from": "12345"}), "not_a_phone", "data.from"),
    "a scope of another organization": (
        _subscription(scope="birch/shop"),
        "wrong_scope",
        "data.subscriptions.0.scope",
    ),
    "a scope that only begins alike": (_subscription(scope="acme2"), "wrong_scope", "data.subscriptions.0.scope"),
    "a scope too deep": (_subscription(scope="acme/a/b/c/d"), "invalid_data", "data.subscriptions.0.scope"),
    "a scope of other signs": (_subscription(scope="acme/Shop"), "invalid_data", "data.subscriptions.0.scope"),
    "an unknown channel": (_subscription(channel="fax"), "invalid_data", "data.subscriptions.0.channel"),
    "all channels": (_subscription(channel="*"), "invalid_data", "data.subscriptions.0.channel"),
    "no purpose": (_subscription(purposes=[]), "invalid_data", "data.subscriptions.0.purposes"),
    "a yes for a true": (_subscription(double_opt_in="yes"), "invalid_data", "data.subscriptions.0.double_opt_in"),
    "an end without offset": (
        _subscription(expires_at="2027-01-01T00:00:00"),
        "invalid_data",
        "data.subscriptions.0.expires_at",
    ),
    "an end as a number": (
        _subscription(expires_at=1_800_000_000),
        "invalid_data",
        "data.subscriptions.0.expires_at",
    ),
    "an unknown method": (_with(SIGNUP, method="rumour"), "invalid_data", "data.method"),
    "nested evidence": (_with(SIGNUP, evidence={"a": {"b": 1}}), "invalid_data", "data.evidence.*"),
    "too much evidence": (
        _with(SIGNUP, evidence={str(n): n for n in range(21)}),
        "invalid_data",
        "data.evidence",
    ),
    "a profile two levels deep": (_with(SIGNUP, profile={"a": {"b": {"c": 1}}}), "invalid_data", "data.profile.*"),
    "201 fields": (_with(SIGNUP, profile={f"f{n}": n for n in range(201)}), "invalid_data", "data.profile"),
    "a field that is an address": (_with(SIGNUP, profile={"ann@example.com": 1}), "invalid_data", "data.profile.*"),
    "an override nobody answers for": (
        _with(SIGNUP, override={"actor": "x"}),
        "invalid_data",
        "data.override.legal_basis",
    ),
    "a NUL in a grant": (_with(SIGNUP, profile={"first_name": "A\0nn"}), "nul_byte", "data"),
    "a NUL in whom an opt-out is about": (
        _with(OPT_OUT, identifier={"kind": "email", "value": "a\0ann@example.com"}),
        "nul_byte",
        "data",
    ),
    "a NUL in the id": ({**OPT_OUT, "id": "a\0"}, "not_a_cloud_event", "id"),
    "half a character in a grant": (
        orjson.dumps(SIGNUP).replace(b"Springfield", rb"Springfield \ud83d"),
        "nul_byte",
        "data",
    ),
    "half a character in whom an opt-out is about": (
        orjson.dumps(OPT_OUT).replace(b"Ann@E", rb"Ann\udc00@E"),
        "nul_byte",
        "data",
    ),
    "two answers at once": (
        _with(GOLDEN["contact.profile.v1"], contact_id="6f1c9d0e-0000-4000-8000-000000000001"),
        "invalid_data",
        "data",
    ),
    "a profile of nobody": (_with(GOLDEN["contact.profile.v1"], identifier=None), "invalid_data", "data"),
    "a profile of nothing": (
        _with(GOLDEN["contact.profile.v1"], set={}, append={}, fill={}, remove=[]),
        "invalid_data",
        "data",
    ),
    "no id of a link": (
        _with(GOLDEN["contact.unlink.v1"], link_id="ann@example.com"),
        "invalid_data",
        "data.link_id",
    ),
    "a link and a contact to unlink": (
        _with(GOLDEN["contact.unlink.v1"], contact_id=str(CONTACT)),
        "invalid_data",
        "data",
    ),
    "nothing to unlink": (_with(GOLDEN["contact.unlink.v1"], link_id=None), "invalid_data", "data"),
    "half a link": (
        _with(GOLDEN["contact.link.v1"], left={"contact_id": "ann@example.com"}),
        "invalid_data",
        "data.left.contact_id",
    ),
    "an erasure nobody answers for": (_with(GOLDEN["contact.erase.v1"], actor=None), "invalid_data", "data.actor"),
    "an unknown outcome": (_with(GOLDEN["delivery.receipt.v1"], outcome="lost"), "invalid_data", "data.outcome"),
    "a bounce on no channel": (_with(GOLDEN["delivery.receipt.v1"], channel="fax"), "invalid_data", "data.channel"),
    "an unknown hold": (_with(GOLDEN["contact.hold.v1"], action="freeze"), "invalid_data", "data.action"),
    "an unknown cause": (_with(GOLDEN["contact.reassign.v1"], cause="lost"), "invalid_data", "data.cause"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_one_rejection_naming_the_field(name: str) -> None:
    event, reason, field = REFUSED[name]
    rejection = _rejected(event)
    assert rejection.reason == reason
    assert rejection.detail.partition(": ")[0] == field
    assert rejection.detail.partition(": ")[2]
    assert (rejection.received_at, rejection.origin) == (RECEIVED, "kafka:topic/0/7")


def test_not_even_a_character_of_a_value_is_repeated() -> None:
    assert _rejected(_with(GOLDEN["contact.unlink.v1"], link_id="§")).detail == "data.link_id: a UUID is needed"
    assert (
        _rejected(_with(GOLDEN["contact.signup.v1"], identifiers="§")).detail
        == "data.identifiers: a list is needed"
    )


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({"profile": {"a": {"b": {"c": 1}}}}, "data.profile.*: text, a number, true, false or null is needed"),
        ({"evidence": {"form": [1]}}, "data.evidence.*: text, a number, true, false or null is needed"),
        ({"profile": {"a": [1] * 201}}, "data.profile.*: List should have at most 200 items"),
        ({"profile": {"a": "x" * 4097}}, "data.profile.*: String should have at most 4096 characters"),
        ({"override": {"actor": 7, "legal_basis": "x"}}, "data.override.actor: Input should be a valid string"),
    ],
)
def test_of_a_value_that_may_be_many_things_all_are_told_or_what_is_wrong_with_the_one_it_is(
    data: dict[str, Any], detail: str
) -> None:
    assert _rejected(_with(SIGNUP, **data)).detail.startswith(detail)


def test_the_payload_is_kept_so_that_it_can_be_replayed_and_only_the_head_of_what_is_too_large() -> None:
    bad = orjson.dumps(_subscription(channel="fax"))
    message = Message(bad, (("ce_type", b"contact.signup.v1"), ("x", b"y")), RECEIVED)
    rejection = take(message)
    assert isinstance(rejection, Rejection)
    assert (rejection.payload, rejection.headers) == (bad, message.headers)
    assert len(_rejected(b"x" * 10_000_000).payload) == 64 * 1024


def test_a_rejection_says_whose_it_is_as_far_as_that_reads() -> None:
    rejection = _rejected(_with(OPT_OUT, identifier={"kind": "phone", "value": "n/a"}))
    assert (rejection.organization, rejection.source) == ("acme", "/golden")
    assert _rejected(_with(OPT_OUT, organization="ann@example.com")).organization is None
    assert _rejected(_with(OPT_OUT, organization="acme\n")).organization is None
    assert _rejected(b"nonsense").organization is None


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"identifier": {"kind": "email", "value": "Ann@Example.com"}}, [ANN]),
        (
            {"identifiers": [{"kind": "email", "value": "Ann@Example.com"}, {"kind": "email", "value": "no"}, 7]},
            [ANN],
        ),
        ({"left": {"kind": "email", "value": "Ann@Example.com"}, "right": {"contact_id": "x"}}, [ANN]),
        ({"from": "+14155550100"}, [Given("phone", "+14155550100", "+14155550100")]),
        ({"identifier": "Ann@Example.com", "identifiers": {}, "from": 7}, []),
    ],
)
def test_the_identifiers_of_a_rejected_message_are_told_so_that_an_erasure_finds_it(
    data: dict[str, Any], found: list[Given]
) -> None:
    assert list(_rejected({**SIGNUP, "type": "contact.wave.v1", "data": data}).identifiers) == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"contact_id": str(CONTACT), "set": 7}, [CONTACT]),
        ({"contact_id": str(CONTACT).upper().replace("-", "")}, [CONTACT]),
        ({"left": {"contact_id": str(CONTACT)}, "right": {"contact_id": str(CONTACT)}}, [CONTACT]),
        ({"contact_id": "x", "left": str(CONTACT), "right": {"contact_id": 7}}, []),
    ],
)
def test_the_contacts_that_a_rejected_message_names_by_id_are_told_too(
    data: dict[str, Any], found: list[UUID]
) -> None:
    assert list(_rejected({**SIGNUP, "type": "contact.wave.v1", "data": data}).contacts) == found


leaves = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.just("zq9secret"), st.text(max_size=5))
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["zq9key", "kind", "value"]), inner)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(GOLDEN)), st.data())
def test_whatever_is_sent_is_an_act_or_a_rejection_that_repeats_nothing(type_: str, data: st.DataObject) -> None:
    event = GOLDEN[type_]
    field = data.draw(st.sampled_from(sorted(event["data"])))
    taken = _taken(_with(event, **{field: data.draw(anything), "zq9key": 1}))
    if isinstance(taken, Rejection):
        assert "zq9" not in taken.reason + taken.detail


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-02T10:00:00+01:00", datetime(2026, 11, 2, 9, tzinfo=UTC)),
        ("2026-11-02T09:00:00Z", datetime(2026, 11, 2, 9, tzinfo=UTC)),
        ("2026-11-02t09:00:00.123456789z", datetime(2026, 11, 2, 9, 0, 0, 123456, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2026-11-02T09:00:00", None),
        ("2026-11-02", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("1762074000", None),
        ("", None),
        (None, None),
        (1762074000, None),
    ],
)
def test_the_time_of_an_act_is_read_or_none(text: Any, read: datetime | None) -> None:
    act = _taken(SIGNUP | {"time": text})
    assert isinstance(act, Act)
    assert act.occurred_at == read
    assert read is None or (act.occurred_at is not None and act.occurred_at.tzinfo is UTC)


def test_a_nul_beside_a_stop_does_not_stop_it() -> None:
    act = _taken(_with(TEXT, text="ST\0OP", in_reply_to="\0"))
    assert isinstance(act, Act)
    assert isinstance(act.body, Reply)
    assert (act.body.text, act.flags) == ("STOP", ("nul",))
    act = _taken(_with(OPT_OUT, reason="a\0b", evidence={"ip\0": "1\0"}))
    assert isinstance(act, Act)
    assert isinstance(act.body, OptOut)
    assert (act.body.reason, act.body.evidence, act.flags) == ("ab", {"ip": "1"}, ("nul",))


def test_a_byte_order_mark_before_a_stop_does_not_stop_it() -> None:
    assert isinstance(_taken(b"\xef\xbb\xbf" + orjson.dumps(TEXT)), Act)


def test_half_a_character_beside_a_stop_does_not_stop_it() -> None:
    """JavaScript writes so what was cut within an emoji, and it is JSON."""
    act = _taken(orjson.dumps(_with(TEXT, text="STOP \\")).replace(rb"\\", rb"\ud83d\ude00\\ud83d\uD83D"))
    assert isinstance(act, Act)
    assert isinstance(act.body, Reply)
    assert (act.body.text, act.flags) == ("STOP \U0001f600\\ud83d", ("nul",))


def test_text_that_only_speaks_of_a_nul_is_text() -> None:
    act = _taken(_with(SIGNUP, profile={"first_name": "\\u0000"}))
    assert isinstance(act, Act)
    assert act.flags == ()


def _record(log: MemoryLog, event: dict[str, Any]) -> str:
    act = _taken(event)
    assert isinstance(act, Act)
    return log.record(act, RECEIVED)


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog()
    log.register("acme", RECEIVED - timedelta(days=9))
    return log


@pytest.mark.parametrize(
    ("time", "reason"),
    [("1970-01-01T00:00:00Z", "time_absurd"), ("2099-12-31T23:59:59Z", "time_absurd"), (None, "time_missing")],
)
def test_an_absurd_time_refuses_a_grant_and_flags_an_opt_out(log: MemoryLog, time: str | None, reason: str) -> None:
    assert _record(log, SIGNUP | {"time": time}) == reason
    assert _record(log, OPT_OUT | {"time": time}) == "recorded"
    events = log.streams[IDS.identifier("acme", "email", "ann@example.com")]
    opted_out = next(event for event in events if isinstance(event.body, OptedOut))
    assert opted_out.envelope.flags == ("time",)
    assert opted_out.effective_at == RECEIVED


def test_an_unknown_organization_is_refused(log: MemoryLog) -> None:
    subscription = SIGNUP["data"]["subscriptions"][0] | {"scope": "birch"}
    assert _record(log, _with(SIGNUP, organization="birch", subscriptions=[subscription])) == "unknown_organization"
    assert _record(log, _with(OPT_OUT, organization="birch")) == "unknown_organization"


def test_an_id_used_twice_refuses_a_grant_and_keeps_an_opt_out(log: MemoryLog) -> None:
    assert _record(log, SIGNUP) == "recorded"
    assert _record(log, SIGNUP) == "duplicate"
    assert _record(log, _with(SIGNUP, method="form")) == "conflict"
    assert _record(log, {**OPT_OUT, "id": SIGNUP["id"]}) == "recorded"
    assert _record(log, {**OPT_OUT, "id": SIGNUP["id"]}) == "duplicate"
    events = log.streams[IDS.identifier("acme", "email", "ann@example.com")]
    assert [event.envelope.flags for event in events if isinstance(event.body, OptedOut)] == [("conflict",)]


def test_a_signup_without_an_identifier_of_its_channel_is_refused(log: MemoryLog) -> None:
    assert _record(log, _with(SIGNUP, identifiers=[{"kind": "email", "value": "ann@example.com"}])) == (
        "no_identifier_for_channel"
    )
