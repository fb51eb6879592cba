"""Random histories of one or two people, as acts: what the property tests walk over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from hypothesis import strategies as st

from ledger.acts.act import Act, Body
from ledger.acts.consent import Confirmation, OptOut, Override, Reply, SignUp, Subscription
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange, Reassignment, Receipt
from ledger.acts.settings import IdentityRulesChange
from ledger.rules.identity_rules import PRESETS

ORGANIZATION = "acme"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEARNT = START + timedelta(days=60)
"""When the ledger learns of everything, where arrival order is to be varied without moving effective times."""
PHONE = Given("phone", "+14155550100", "+1 415 555 0100")
EMAIL = Given("email", "ann@example.com", "Ann@example.com")
SCOPES = ("acme", "acme/shop", "acme/shop/55512", "acme/shop/55512/vip", "acme/outlet")
SENDERS = ("acme/shop/55512", "acme/outlet/777", "acme/shop")
PURPOSES = ("marketing", "cart")
CHANNELS = ("sms", "mms", "whatsapp")

moments = st.integers(0, 40).map(lambda hours: START + timedelta(hours=hours))
scopes = st.sampled_from(SCOPES)
purposes = st.sampled_from([("marketing",), ("cart",), ("cart", "marketing")])


@st.composite
def signups(draw: st.DrawFn, method: st.SearchStrategy[str] | None = None) -> SignUp:
    methods = st.sampled_from(["form", "keyword", "checkout", "import", "api"]) if method is None else method
    chosen = draw(methods)
    override = draw(st.booleans()) and chosen in ("import", "api")
    return SignUp(
        identifiers=(PHONE,),
        subscriptions=(
            Subscription(
                channel=draw(st.sampled_from(CHANNELS)),
                scope=draw(scopes),
                purposes=draw(purposes),
                double_opt_in=draw(st.booleans()),
                expires_at=draw(st.none() | moments),
                basis=draw(st.sampled_from([None, "express", "inquiry", "purchase"])),
            ),
        ),
        method=chosen,
        override=Override("operator-7", "signed form") if override else None,
    )


opt_outs = st.builds(
    OptOut,
    identifier=st.just(PHONE),
    channel=st.sampled_from([*CHANNELS, "*"]),
    scope=scopes,
    purposes=st.sampled_from([(), ("marketing",), ("cart",)]),
    method=st.sampled_from(["link", "manual", "complaint", "carrier", "provider_rejection", "import"]),
)
replies = st.builds(
    Reply,
    identifier=st.just(PHONE),
    sender=st.sampled_from(SENDERS),
    text=st.sampled_from(["STOP", "START", "Y", "who is this?", "HELP"]),
)
receipts = st.builds(
    Receipt,
    identifier=st.just(PHONE),
    channel=st.sampled_from(["sms", "whatsapp"]),
    outcome=st.sampled_from(["delivered", "soft_bounce", "hard_bounce", "complaint"]),
)
holds = st.builds(
    HoldChange,
    identifier=st.just(PHONE),
    action=st.sampled_from(["pause", "resume", "block", "unblock", "ban", "unban"]),
    scope=scopes,
    until=st.none() | moments,
)
changes = st.builds(
    DeliverabilityChange,
    identifier=st.just(PHONE),
    action=st.sampled_from(["reactivate", "blacklist", "unblacklist", "withdraw_complaint"]),
)
reassignments = st.builds(
    Reassignment, identifier=st.just(PHONE), cause=st.sampled_from(["recycled", "deactivated", "ported"])
)

identity_rules = st.builds(
    IdentityRulesChange,
    preset=st.none() | st.sampled_from(sorted(PRESETS)),
    roll_up=st.none() | st.just({"phone": "candidates"}),
    most=st.none() | st.integers(1, 3),
    block=st.sampled_from([(), (("phone", PHONE.value),), (("phone", "+1415*"),)]),
)


def confirmations(requests: int) -> st.SearchStrategy[Confirmation]:
    """Confirmations of any of the first `requests` messages, most of which will be no requests."""
    return st.builds(
        Confirmation,
        identifier=st.just(PHONE),
        request_id=st.integers(0, max(requests, 1)).map(str),
        confirmed=st.booleans(),
    )


def act_of(body: Body, number: int, occurred_at: datetime, received_at: datetime = LEARNT) -> Act:
    """The act of message `number`; all from one source."""
    return Act(
        organization=ORGANIZATION,
        source="test/histories",
        message_id=str(number),
        type=type(body).__name__,
        received_at=received_at,
        content=orjson.dumps([number, repr(body)]),
        body=body,
        occurred_at=occurred_at,
    )


@st.composite
def histories(draw: st.DrawFn, bodies: st.SearchStrategy[Any] | None = None, longest: int = 12) -> list[Act]:
    """Up to `longest` acts about one phone, each with its own message id, in no particular order of time."""
    length = draw(st.integers(1, longest))
    anything = bodies
    if anything is None:
        anything = st.one_of(
            signups(),
            opt_outs,
            replies,
            receipts,
            holds,
            changes,
            reassignments,
            identity_rules,
            confirmations(length),
        )
    return [act_of(draw(anything), number, draw(moments)) for number in range(length)]


places = st.tuples(st.sampled_from([*CHANNELS, "*"]), scopes, st.sampled_from([*PURPOSES, "transactional", "*"]))
