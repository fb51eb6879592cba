"""The places that events name: the rows of the status tables (DESIGN §6)."""

from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    Banned,
    Blacklisted,
    Blocked,
    Bounced,
    Complained,
    Delivered,
    IdentifierClaimed,
    OptedOut,
    Paused,
    ReplyReceived,
    ReplyReclassified,
    Resumed,
    Subscribed,
)
from ledger.events.vocabulary import ReplyClass
from ledger.rules.places import Place, named_places, names_every_channel
from ledger.rules.policy import Adoption, Policies, Policy
from tests.rules.streams import SENDER, stream


def reply(reply_class: ReplyClass) -> ReplyReceived:
    return ReplyReceived(sender=SENDER, reply_class=reply_class, keywords="test/1")


def reread(reply_class: ReplyClass) -> ReplyReclassified:
    return ReplyReclassified(reply_event_id=UUID(int=1), reply_class=reply_class, keywords="test/2")


STOPPED = {("sms", SENDER, "*"), ("mms", SENDER, "*")}
STARTED = {("sms", SENDER, "marketing"), ("mms", SENDER, "marketing")}


@pytest.mark.parametrize(
    ("bodies", "places"),
    [
        ((), set()),
        ((IdentifierClaimed(contact_id=UUID(int=1), kind="phone"),), set()),
        (
            (Subscribed(channel="sms", scope=SENDER, purposes=("cart", "marketing"), method="form"),),
            {("sms", SENDER, "cart"), ("sms", SENDER, "marketing")},
        ),
        ((OptedOut(channel="*", scope="acme", method="link"),), {("*", "acme", "*")}),
        ((OptedOut(channel="sms", scope="acme", purposes=("cart",), method="link"),), {("sms", "acme", "cart")}),
        ((Paused(scope="acme/shop"),), {("*", "acme/shop", "*")}),
        ((Blocked(scope="acme/shop"), Banned(scope="acme")), {("*", "acme/shop", "*"), ("*", "acme", "*")}),
        ((Resumed(scope="acme/shop"),), set()),
        ((Bounced(channel="sms", hard=False),), {("sms", "acme", "*")}),
        ((Complained(channel="email"),), {("email", "acme", "*")}),
        ((Blacklisted(),), {("*", "acme", "*")}),
        ((Delivered(channel="sms"),), set()),
        ((reply(ReplyClass.STOP),), STOPPED),
        ((reply(ReplyClass.START),), STARTED),
        ((reply(ReplyClass.YES), reply(ReplyClass.HELP), reply(ReplyClass.OTHER)), set()),
        ((reply(ReplyClass.OTHER), reread(ReplyClass.STOP)), STOPPED),
        ((reply(ReplyClass.STOP), reread(ReplyClass.START)), STOPPED | STARTED),
        ((reread(ReplyClass.STOP),), set()),
    ],
)
def test_places_named_by(bodies: tuple[Event, ...], places: set[Place]) -> None:
    assert named_places(stream(*bodies)) == places
    assert any(names_every_channel(body) for body in bodies) == any(channel == "*" for channel, _, _ in places)


def test_a_stop_names_the_scope_it_reaches_under_the_policy_of_its_time() -> None:
    policies = Policies((Adoption(Policy(stop_reach="merchant")),))
    assert named_places(stream(reply(ReplyClass.STOP)), policies) == {
        ("sms", "acme/shop", "*"),
        ("mms", "acme/shop", "*"),
    }
