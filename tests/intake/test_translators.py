"""Each message type's golden message, and the act it is."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from consumers.intake import Message, take
from consumers.translators.registry import TRANSLATORS
from ledger.acts.act import Act, Body, Rejection
from ledger.acts.consent import Confirmation, OptOut, Override, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification, Link, ProfileEdit, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange, Reassignment, Receipt, Reversal
from schemas.registry import MESSAGE_TYPES
from tests.golden_messages import GOLDEN

RECEIVED = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)
ANN = Given("email", "ann@example.com", "Ann@Example.com")
PHONE = Given("phone", "+14155550100", "+1 415 555 0100")
CONTACT = UUID("6f1c9d0e-0000-4000-8000-000000000001")

BODIES: dict[str, tuple[Body, str | None]] = {
    "contact.signup.v1": (
        SignUp(
            identifiers=(
                Given("email", "ann@example.com", "Ann@Example.com", verified=True),
                PHONE,
                Given("external_id", "c-0004711", "c-0004711"),
            ),
            subscriptions=(
                Subscription("email", "acme/shop/-/news", ("cart", "marketing")),
                Subscription("sms", "acme/shop/48099", ("marketing",), True, datetime(2027, 11, 2, 8, tzinfo=UTC)),
            ),
            method="checkout",
            profile=GOLDEN["contact.signup.v1"]["data"]["profile"],
            evidence=GOLDEN["contact.signup.v1"]["data"]["evidence"],
            override=Override("desk-3", "signed paper form"),
        ),
        "desk-3",
    ),
    "contact.opt-out.v1": (
        OptOut(
            identifier=ANN,
            channel="email",
            scope="acme/shop/-/news",
            purposes=("marketing",),
            method="one_click",
            reason="too many",
            evidence={"user_agent": "Mozilla/5.0", "ip": "198.51.100.7"},
        ),
        "desk-1",
    ),
    "contact.confirmation.v1": (
        Confirmation(ANN, "signup-17", True, "/site/forms", "yes", {"ip": "203.0.113.9"}),
        None,
    ),
    "sms.inbound.v1": (
        Reply(
            identifier=Given("phone", "+14155550100", "+1 (415) 555-0100"),
            sender="acme/shop/48099",
            text="S.T.O.P.",
            provider_message_id="SM0001",
            in_reply_to="out-0007",
        ),
        None,
    ),
    "delivery.receipt.v1": (
        Receipt(PHONE, "sms", "hard_bounce", "acme/shop/48099", "out-0007", "30005", "unknown handset"),
        None,
    ),
    "contact.deliverability.v1": (DeliverabilityChange(ANN, "reactivate", "seen working again"), "desk-2"),
    "contact.hold.v1": (
        HoldChange(PHONE, "pause", "acme/shop", datetime(2026, 12, 24, tzinfo=UTC), "asked by phone"),
        "desk-3",
    ),
    "contact.reassign.v1": (
        Reassignment(PHONE, "recycled", {"file": "carrier-2026-11.csv", "row": 88}),
        None,
    ),
    "contact.profile.v1": (
        ProfileEdit(
            identifier=ANN,
            set={"first_name": "Ann"},
            append={"interests": ["garden"]},
            fill={"language": "en"},
            remove=("Nickname", "trial"),
        ),
        "desk-1",
    ),
    "contact.identify.v1": (Identification((ANN, Given("tracker", "device-1f", "device-1f")), "login"), None),
    "contact.link.v1": (Link(CONTACT, ANN, "same person"), "desk-1"),
    "contact.unlink.v1": (Unlink(UUID("6f1c9d0e-0000-4000-8000-000000000002"), "two people"), "desk-1"),
    "contact.delete.v1": (ContactChange("delete", CONTACT, "duplicate", "case-7"), "desk-1"),
    "contact.restore.v1": (ContactChange("restore", CONTACT, "deleted by mistake"), "desk-1"),
    "contact.erase.v1": (ContactChange("erase", ANN, "asked to be erased", "case-8"), "desk-1"),
    "ledger.reversal.v1": (
        Reversal(UUID("6f1c9d0e-0000-4000-8000-000000000003"), "scanner clicks", "batch-1"),
        "desk-1",
    ),
}


def _taken(type_: str, **changes: Any) -> Act | Rejection:
    """The golden message of the type with other data; `None` leaves a field out."""
    data = {name: value for name, value in (GOLDEN[type_]["data"] | changes).items() if value is not None}
    return take(Message(orjson.dumps(GOLDEN[type_] | {"data": data}), (), RECEIVED, "kafka:topic/0/7"))


def _act(type_: str, **changes: Any) -> Act:
    taken = _taken(type_, **changes)
    assert isinstance(taken, Act), taken
    return taken


def _refusal(type_: str, **changes: Any) -> tuple[str, str]:
    taken = _taken(type_, **changes)
    assert isinstance(taken, Rejection)
    return taken.reason, taken.detail


def test_every_type_has_a_translator_and_is_here() -> None:
    assert TRANSLATORS.keys() == MESSAGE_TYPES.keys() == BODIES.keys()


@pytest.mark.parametrize("type_", sorted(BODIES))
def test_golden_message(type_: str) -> None:
    event = GOLDEN[type_]
    payload = orjson.dumps(event)
    body, actor = BODIES[type_]
    act = take(Message(payload, (("h", b"1"),), RECEIVED, "kafka:topic/0/7"))
    assert act == Act(
        organization="acme",
        source="/golden",
        message_id=event["id"],
        type=type_,
        received_at=RECEIVED,
        content=orjson.dumps([type_, event["time"], event["data"]], option=orjson.OPT_SORT_KEYS),
        body=body,
        occurred_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
        actor=actor,
        correlation_id=event["traceparent"],
        origin="kafka:topic/0/7",
        payload=payload,
        headers=(("h", b"1"),),
    )


@pytest.mark.parametrize(
    ("outcome", "code", "body"),
    [
        ("delivered", None, Receipt(PHONE, "sms", "delivered", "acme/shop", "out-0007")),
        ("soft_bounce", "1", Receipt(PHONE, "sms", "soft_bounce", "acme/shop", "out-0007", "1")),
        ("complaint", None, Receipt(PHONE, "sms", "complaint", "acme/shop", "out-0007")),
        ("rejected", "filtered", Receipt(PHONE, "sms", "soft_bounce", "acme/shop", "out-0007", "filtered")),
        ("rejected", None, Receipt(PHONE, "sms", "soft_bounce", "acme/shop", "out-0007")),
        ("rejected", "opted_out", OptOut(PHONE, "sms", "acme/shop", (), "provider_rejection")),
        ("rejected", "OPTED_OUT", OptOut(PHONE, "sms", "acme/shop", (), "provider_rejection")),
        ("rejected", "Opted-Out ", OptOut(PHONE, "sms", "acme/shop", (), "provider_rejection")),
    ],
)
def test_receipt_by_outcome(outcome: str, code: str | None, body: Body) -> None:
    assert _act("delivery.receipt.v1", outcome=outcome, code=code, reason=None, scope="acme/shop").body == body


def test_a_contact_is_unlinked_whole_by_its_id() -> None:
    act = _act("contact.unlink.v1", link_id=None, contact_id=str(CONTACT))
    assert (act.body, act.actor) == (Unlink(None, "two people", CONTACT), "desk-1")


def test_order_and_repetition_of_lists_make_no_other_act() -> None:
    once = _act("contact.signup.v1")
    data = GOLDEN["contact.signup.v1"]["data"]
    identifiers = [*data["identifiers"], {"kind": "email", "value": " ANN@example.com"}]
    subscriptions = [
        data["subscriptions"][0] | {"purposes": ["cart", "marketing", "cart"]},
        data["subscriptions"][1],
    ]
    again = _act("contact.signup.v1", identifiers=identifiers, subscriptions=subscriptions)
    assert again.body == once.body
    assert again.content != once.content


def test_the_content_of_a_message_is_the_same_in_any_order_of_its_fields() -> None:
    event = GOLDEN["contact.signup.v1"]
    turned = dict(reversed(event.items())) | {"data": dict(reversed(event["data"].items()))}
    acts = [take(Message(orjson.dumps(one), (), RECEIVED)) for one in (event, turned)]
    assert len({act.content for act in acts if isinstance(act, Act)}) == 1


def test_trailing_absent_levels_of_a_scope_are_dropped() -> None:
    subscription = {"channel": "email", "scope": "acme/shop/-/-", "purposes": ["cart"]}
    body = _act("contact.signup.v1", subscriptions=[subscription]).body
    assert isinstance(body, SignUp)
    assert body.subscriptions[0].scope == "acme/shop"
    opt_out = _act("contact.opt-out.v1", scope="acme/shop/-")
    assert isinstance(opt_out.body, OptOut)
    assert (opt_out.body.scope, opt_out.flags) == ("acme/shop", ())


@pytest.mark.parametrize(
    ("change", "read", "flag"),
    [
        ({"scope": "other/shop"}, {"scope": "acme"}, "scope"),
        ({"scope": "acme/shop/UPPER/list"}, {"scope": "acme/shop"}, "scope"),
        ({"scope": "acme/a/b/c/d"}, {"scope": "acme/a/b/c"}, "scope"),
        ({"scope": "acme//list"}, {"scope": "acme"}, "scope"),
        ({"scope": 7}, {"scope": "acme"}, "scope"),
        ({"scope": None}, {"scope": "acme"}, "scope"),
        ({"scope": "x" * 9000}, {"scope": "acme"}, "scope"),
        ({"channel": "fax"}, {"channel": "*"}, "channel"),
        ({"channel": None}, {"channel": "*"}, "channel"),
        ({"channel": ["email"]}, {"channel": "*"}, "channel"),
        ({"channel": "sms"}, {"channel": "*", "elsewhere": "sms"}, "channel"),
        ({"channel": "email"}, {"channel": "email", "elsewhere": None}, None),
        (
            {"channel": "sms", "identifier": {"kind": "external_id", "value": "4711"}},
            {"channel": "sms", "elsewhere": None},
            None,
        ),
        ({"purposes": ["marketing", "birthday"]}, {"purposes": ()}, "purposes"),
        ({"purposes": "marketing"}, {"purposes": ()}, "purposes"),
        ({"method": "telepathy"}, {"method": "manual"}, "method"),
        ({"method": None}, {"method": "manual"}, "method"),
        ({"purposes": None}, {"purposes": ()}, None),
        ({"channel": "*"}, {"channel": "*"}, None),
        ({"reason": 7, "actor": {}, "evidence": "x"}, {"reason": None, "evidence": None}, None),
        ({"evidence": {"ip": "x", "deep": {"a": 1}}}, {"evidence": {"ip": "x"}}, None),
        ({"evidence": {f"k{n}": n for n in range(30)}}, {"evidence": {f"k{n}": n for n in range(20)}}, None),
        ({"evidence": {"k" * 300: 1}}, {"evidence": {"k" * 200: 1}}, None),
        ({"reason": "z" * 9000}, {"reason": "z" * 4096}, None),
    ],
)
def test_an_opt_out_is_read_as_widely_as_it_can_be_meant(
    change: dict[str, Any], read: dict[str, Any], flag: str | None
) -> None:
    act = _act("contact.opt-out.v1", **change)
    assert {name: getattr(act.body, name) for name in read} == read
    assert act.flags == (() if flag is None else (flag,))


@pytest.mark.parametrize(
    ("type_", "change", "read", "flags"),
    [
        ("sms.inbound.v1", {"to": "other/x"}, {"sender": "acme"}, ("scope",)),
        ("sms.inbound.v1", {"to": None}, {"sender": "acme"}, ("scope",)),
        ("sms.inbound.v1", {"text": None}, {"text": ""}, ("text",)),
        ("sms.inbound.v1", {"text": 7}, {"text": ""}, ("text",)),
        ("sms.inbound.v1", {"text": "STOP" + " " * 9000}, {"text": "STOP" + " " * 4092}, ()),
        ("sms.inbound.v1", {"provider_message_id": 7}, {"provider_message_id": None}, ()),
        ("contact.hold.v1", {"scope": "other"}, {"scope": "acme"}, ("scope",)),
        ("contact.hold.v1", {"scope": None}, {"scope": "acme"}, ()),
        ("contact.hold.v1", {"until": "soon"}, {"until": None}, ("until",)),
        ("contact.hold.v1", {"until": "2026-12-24T00:00:00"}, {"until": None}, ("until",)),
        ("contact.hold.v1", {"until": None}, {"until": None}, ()),
        ("contact.hold.v1", {"action": "ban", "actor": None, "reason": None}, {"reason": None}, ()),
        ("contact.deliverability.v1", {"action": "blacklist", "actor": None}, {"action": "blacklist"}, ()),
        ("contact.delete.v1", {"actor": None, "reason": 7}, {"reason": None}, ()),
        ("contact.reassign.v1", {"evidence": [1]}, {"evidence": None}, ()),
        ("delivery.receipt.v1", {"scope": "nowhere"}, {"scope": "acme"}, ("scope",)),
        ("delivery.receipt.v1", {"code": "no such user ann@example.com"}, {"code": None}, ()),
        ("delivery.receipt.v1", {"channel": None, "outcome": "complaint"}, {"channel": "*"}, ("channel",)),
        (
            "delivery.receipt.v1",
            {"channel": "x", "identifier": {"kind": "email", "value": "ann@example.com"}},
            {"channel": "email"},
            ("channel",),
        ),
        (
            "delivery.receipt.v1",
            {"channel": "x", "outcome": "rejected", "code": "opted_out"},
            {"channel": "*", "method": "provider_rejection"},
            ("channel",),
        ),
        (
            "delivery.receipt.v1",
            {"channel": "email", "outcome": "rejected", "code": "opted_out"},
            {"channel": "*", "elsewhere": "email"},
            ("channel",),
        ),
    ],
)
def test_restrictive_messages_stand_where_something_beside_does_not_read(
    type_: str, change: dict[str, Any], read: dict[str, Any], flags: tuple[str, ...]
) -> None:
    act = _act(type_, **change)
    assert {name: getattr(act.body, name) for name in read} == read
    assert act.flags == flags


@pytest.mark.parametrize("type_", ["contact.opt-out.v1", "delivery.receipt.v1", "contact.hold.v1"])
def test_a_strange_word_beside_the_identifier_does_not_hide_it(type_: str) -> None:
    identifier = GOLDEN[type_]["data"]["identifier"] | {"verified": "perhaps"}
    assert _act(type_, identifier=identifier).body == _act(type_).body


@pytest.mark.parametrize("action", ["resume", "unblock", "unban"])
def test_lifting_a_hold_must_read_whole_and_be_answered_for(action: str) -> None:
    assert _act("contact.hold.v1", action=action).flags == ()
    assert _refusal("contact.hold.v1", action=action, scope="other/shop")[0] == "wrong_scope"
    assert _refusal("contact.hold.v1", action=action, actor=None)[0] == "invalid_data"
    assert _refusal("contact.hold.v1", action=action, reason="")[0] == "invalid_data"


@pytest.mark.parametrize("action", ["reactivate", "unblacklist", "withdraw_complaint"])
def test_taking_back_a_bad_mark_must_be_answered_for(action: str) -> None:
    assert _refusal("contact.deliverability.v1", action=action, actor=None)[0] == "invalid_data"
    assert _refusal("contact.deliverability.v1", action=action, reason=None)[0] == "invalid_data"
