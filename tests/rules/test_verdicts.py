"""What became of every event, told by the rules: the explanation an auditor reads (beyond: offer 1)."""

from datetime import timedelta
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    Banned,
    Blacklisted,
    Blocked,
    Bounced,
    Complained,
    ComplaintWithdrawn,
    ConfirmationDeclined,
    Delivered,
    EventReversed,
    IdentifierClaimed,
    IdentifierErased,
    IdentifierReassigned,
    OptedOut,
    Paused,
    Reactivated,
    ReplyReceived,
    ReplyReclassified,
    Resumed,
    Subscribed,
    SubscriptionConfirmed,
    Unbanned,
    Unblacklisted,
    Unblocked,
)
from ledger.events.settings import PlatformBlacklisted, PlatformUnblacklisted
from ledger.events.vocabulary import ReplyClass
from ledger.rules.status import Status, status
from tests.rules.streams import HOUR, SCOPE, SENDER, START, asked, event, stream

DAY = timedelta(days=1)


def signed(method: str = "form", scope: str = SCOPE, **more: object) -> Subscribed:
    return Subscribed.model_validate(
        {"channel": "sms", "scope": scope, "purposes": ("marketing",), "method": method, **more}
    )


def out(
    method: str = "link", scope: str = SENDER, channel: str = "sms", purposes: tuple[str, ...] = ()
) -> OptedOut:
    return OptedOut(channel=channel, scope=scope, purposes=purposes, method=method)


def texted(reply_class: ReplyClass, sender: str = SENDER) -> ReplyReceived:
    return ReplyReceived(sender=sender, reply_class=reply_class, keywords="test/1")


def soft(attempt: int | None = None, channel: str = "sms") -> Bounced:
    return Bounced(channel=channel, hard=False, attempt=UUID(int=attempt) if attempt else None)


STOP, STARTS, YES, HELP, OTHER = (
    texted(reply_class)
    for reply_class in (ReplyClass.STOP, ReplyClass.START, ReplyClass.YES, ReplyClass.HELP, ReplyClass.OTHER)
)
HARD = Bounced(channel="sms", hard=True)
REQUEST = signed(double_opt_in=True)
CONFIRMED = SubscriptionConfirmed(request_act_id=UUID(int=1))
DECLINED = ConfirmationDeclined(request_act_id=UUID(int=1))
CLAIMED = IdentifierClaimed(contact_id=UUID(int=9), kind="phone")
STORIES: dict[str, tuple[tuple[Event, ...], tuple[str, ...]]] = {
    "a grant": (
        (CLAIMED, signed()),
        (
            "subscribed/active/none: sendable by 1",
            "0 void no_bearing",
            "1 decisive grant.live",
        ),
    ),
    "two grants": (
        (signed(), signed()),
        (
            "subscribed/active/none: sendable by 0",
            "0 decisive grant.live",
            "1 counted grant.live",
        ),
    ),
    "another purpose, list and channel": (
        (signed(purposes=("cart",)), signed(scope="acme/outlet"), signed(channel="voice")),
        (
            "never/active/none: never",
            "0 void consent.elsewhere",
            "1 void consent.elsewhere",
            "2 void consent.elsewhere",
        ),
    ),
    "an opt-out ends grant and request": (
        (signed(), REQUEST, out()),
        (
            "unsubscribed/active/none: unsubscribed by 2",
            "0 ended grant.ended_by_opt_out by 2",
            "1 ended request.ended_by_opt_out by 2",
            "2 decisive opt_out.stands",
        ),
    ),
    "an opt-out elsewhere": (
        (signed(), out(scope="acme/outlet"), out(purposes=("cart",)), out(channel="voice")),
        (
            "subscribed/active/none: sendable by 0",
            "0 decisive grant.live",
            "1 void consent.elsewhere",
            "2 void consent.elsewhere",
            "3 void consent.elsewhere",
        ),
    ),
    "own act lifts": (
        (out(), out("manual", SCOPE), signed()),
        (
            "subscribed/active/none: sendable by 2",
            "0 lifted opt_out.lifted by 2",
            "1 lifted opt_out.lifted by 2",
            "2 decisive grant.live",
        ),
    ),
    "import is void": (
        (out(), signed("import")),
        (
            "unsubscribed/active/none: unsubscribed by 0",
            "0 decisive opt_out.stands",
            "1 void grant.bulk_lifts_nothing by 0",
        ),
    ),
    "STOP and START": (
        (signed(), STOP, STARTS),
        (
            "subscribed/active/none: sendable by 2",
            "0 ended grant.ended_by_opt_out by 1",
            "1 lifted opt_out.lifted by 2",
            "2 decisive grant.live",
        ),
    ),
    "STOP and START elsewhere": (
        (texted(ReplyClass.STOP, "acme/outlet"), texted(ReplyClass.START, "acme/outlet")),
        (
            "never/active/none: never",
            "0 void consent.elsewhere",
            "1 void consent.elsewhere",
        ),
    ),
    "START to nobody": (
        (STARTS,),
        (
            "subscribed/active/none: sendable by 0",
            "0 decisive grant.live",
        ),
    ),
    "YES, HELP and more with nothing open": (
        (YES, HELP, OTHER),
        (
            "never/active/none: never",
            "0 void confirmation.nothing_open",
            "1 void reply.no_effect",
            "2 void reply.unclassified",
        ),
    ),
    "pending": (
        (REQUEST,),
        (
            "pending/active/none: pending by 0",
            "0 decisive request.open",
        ),
    ),
    "confirmed": (
        (REQUEST, CONFIRMED),
        (
            "subscribed/active/none: sendable by 1",
            "0 confirmed request.confirmed by 1",
            "1 decisive grant.live",
        ),
    ),
    "confirmed by YES": (
        (REQUEST, YES),
        (
            "subscribed/active/none: sendable by 1",
            "0 confirmed request.confirmed by 1",
            "1 decisive grant.live",
        ),
    ),
    "declined by text": (
        (REQUEST, OTHER),
        (
            "declined/active/none: declined by 1",
            "0 counted request.declined by 1",
            "1 decisive decline",
        ),
    ),
    "declined": (
        (REQUEST, DECLINED, DECLINED),
        (
            "declined/active/none: declined by 2",
            "0 counted request.declined by 2",
            "1 counted decline",
            "2 decisive decline",
        ),
    ),
    "confirmed twice": (
        (REQUEST, CONFIRMED, CONFIRMED),
        (
            "subscribed/active/none: sendable by 1",
            "0 confirmed request.confirmed by 1",
            "1 decisive grant.live",
            "2 void confirmation.nothing_open",
        ),
    ),
    "confirmed after an opt-out": (
        (REQUEST, out(), CONFIRMED),
        (
            "unsubscribed/active/none: unsubscribed by 1",
            "0 ended request.ended_by_opt_out by 1",
            "1 decisive opt_out.stands",
            "2 void confirmation.nothing_open",
        ),
    ),
    "expired": (
        (signed(expires_at=START + HOUR), signed(expires_at=START + 2 * HOUR)),
        (
            "expired/active/none: expired by 1",
            "0 expired grant.expired",
            "1 decisive grant.expired",
        ),
    ),
    "reassigned": (
        (REQUEST, signed(), IdentifierReassigned(cause="recycled"), IdentifierReassigned(cause="ported")),
        (
            "never/active/none: never",
            "0 ended request.ended_by_reassignment by 2",
            "1 ended grant.ended_by_reassignment by 2",
            "2 counted epoch.opened",
            "3 void no_bearing",
        ),
    ),
    "erased": (
        (signed(), REQUEST, IdentifierErased(), signed("import")),
        (
            "never/active/none: erased never by 2",
            "0 ended grant.ended_by_erased by 2",
            "1 ended request.ended_by_erased by 2",
            "2 counted erased.ends_consent",
            "3 void grant.erased by 2",
        ),
    ),
    "reversed": (
        (signed(), out(), EventReversed(reversed_event_id=UUID(int=2))),
        (
            "subscribed/active/none: sendable by 0",
            "0 decisive grant.live",
            "2 counted reversal",
            "1 reversed reversed by 2",
        ),
    ),
    "reread": (
        (
            OTHER,
            signed(),
            ReplyReclassified(reply_event_id=UUID(int=1), reply_class=ReplyClass.STOP, keywords="test/2"),
        ),
        (
            "unsubscribed/active/none: unsubscribed by 0",
            "0 decisive opt_out.stands",
            "1 void grant.not_from_own_device by 0",
            "2 counted reply.read_anew",
        ),
    ),
    "bounced hard": (
        (soft(), HARD, HARD),
        (
            "never/bounced/none: bounced never by 1",
            "0 counted bounce.soft",
            "1 decisive bounce.hard",
            "2 counted bounce.hard",
        ),
    ),
    "bounced softly": (
        (soft(7), soft(7), soft(8), soft(channel="mms"), soft(), soft()),
        (
            "never/bounced/none: bounced never by 4",
            "0 counted bounce.soft",
            "1 counted bounce.soft",
            "2 counted bounce.soft",
            "3 void bounce.other_channel",
            "4 decisive bounce.soft",
            "5 counted bounce.soft",
        ),
    ),
    "delivered": (
        (HARD, Delivered(channel="mms"), Delivered(channel="sms"), soft()),
        (
            "never/active/none: never",
            "0 lifted delivery.clears_bounces by 2",
            "1 void no_bearing",
            "2 counted delivery.clears_bounces",
            "3 counted bounce.soft",
        ),
    ),
    "reactivated": (
        (HARD, Reactivated()),
        (
            "never/active/none: never",
            "0 lifted reactivated by 1",
            "1 counted reactivated",
        ),
    ),
    "complained": (
        (Complained(channel="email"), Complained(channel="sms"), HARD),
        (
            "never/complained/none: complained bounced never by 0",
            "0 decisive complaint.stands",
            "1 counted complaint.stands",
            "2 decisive bounce.hard",
        ),
    ),
    "complaint withdrawn": (
        (Complained(channel="email"), ComplaintWithdrawn(), ComplaintWithdrawn()),
        (
            "never/active/none: never",
            "0 lifted complaint.withdrawn by 1",
            "1 counted complaint.withdrawn",
            "2 void complaint.withdrawn",
        ),
    ),
    "blacklisted": (
        (Blacklisted(), Blacklisted()),
        (
            "never/blacklisted/none: blacklisted never by 0",
            "0 decisive blacklisted",
            "1 counted blacklisted",
        ),
    ),
    "taken off the blacklist": (
        (Blacklisted(), Unblacklisted(), Unblacklisted()),
        (
            "never/active/none: never",
            "0 lifted unblacklisted by 1",
            "1 counted unblacklisted",
            "2 void unblacklisted",
        ),
    ),
    "held": (
        (Paused(scope="acme"), Blocked(scope=SCOPE), Banned(scope="acme/outlet"), Banned(scope=SENDER)),
        (
            "never/active/banned: banned blocked paused never by 3",
            "0 decisive hold.stands",
            "1 decisive hold.stands",
            "2 void hold.elsewhere",
            "3 decisive hold.stands",
        ),
    ),
    "released": (
        (
            Paused(scope=SCOPE),
            Resumed(scope="acme"),
            Banned(scope="acme"),
            Unbanned(scope=SCOPE),
            Unblocked(scope="acme"),
        ),
        (
            "never/active/banned: banned never by 2",
            "0 lifted hold.lifted by 1",
            "1 counted hold.lifts",
            "2 decisive hold.stands",
            "3 void hold.lifts",
            "4 void hold.lifts",
        ),
    ),
    "an import for a new holder": (
        (out(), IdentifierReassigned(cause="recycled"), signed("import", override=True)),
        (
            "unsubscribed/active/none: unsubscribed by 0",
            "0 decisive opt_out.stands",
            "1 counted epoch.opened",
            "2 void grant.bulk_for_new_holder by 0",
        ),
    ),
    "a reversal of nothing and one too many": (
        (signed(), *(EventReversed(reversed_event_id=UUID(int=number)) for number in (99, 1, 1))),
        (
            "never/active/none: never",
            "1 void reversal",
            "2 counted reversal",
            "3 void reversal",
            "0 reversed reversed by 2",
        ),
    ),
    "a reading that another replaced": (
        (
            OTHER,
            *(
                ReplyReclassified(reply_event_id=UUID(int=1), reply_class=reply_class, keywords="test/2")
                for reply_class in (ReplyClass.STOP, ReplyClass.HELP)
            ),
        ),
        (
            "never/active/none: never",
            "0 void reply.no_effect",
            "1 void reply.read_anew",
            "2 counted reply.read_anew",
        ),
    ),
    "two requests": (
        (REQUEST, REQUEST),
        (
            "pending/active/none: pending by 1",
            "0 counted request.open",
            "1 decisive request.open",
        ),
    ),
    "two opt-outs": (
        (out(), out("manual", SCOPE)),
        (
            "unsubscribed/active/none: unsubscribed by 0",
            "0 decisive opt_out.stands",
            "1 counted opt_out.stands",
        ),
    ),
    "two holds of a kind": (
        (Blocked(scope="acme"), Blocked(scope=SCOPE)),
        (
            "never/active/blocked: blocked never by 0",
            "0 decisive hold.stands",
            "1 counted hold.stands",
        ),
    ),
    "a pause that ended": (
        (Paused(scope="acme", until=START + HOUR), Paused(scope="acme", until=START + DAY)),
        (
            "never/active/paused: paused never by 1",
            "0 expired pause.ended",
            "1 decisive hold.stands",
        ),
    ),
    "deleted and back": (
        (Blocked(scope="acme", cause="contact_deleted"), signed()),
        (
            "subscribed/active/none: sendable by 1",
            "0 lifted hold.lifted by 1",
            "1 decisive grant.live",
        ),
    ),
}


CART = signed(purposes=("cart",))
CART_STORIES: dict[str, tuple[tuple[Event, ...], tuple[str, ...]]] = {
    "START gives two grants back": (
        (CART, CART, STOP, STARTS),
        (
            "subscribed/active/none: sendable by 0",
            "0 decisive grant.lives_again by 3",
            "1 counted grant.lives_again by 3",
            "2 lifted opt_out.lifted by 3",
            "3 counted start.lifts",
        ),
    ),
    "START with nothing to lift": (
        (CART, STARTS),
        (
            "subscribed/active/none: sendable by 0",
            "0 decisive grant.live",
            "1 void start.lifts",
        ),
    ),
    "START leaves what came by link": (
        (CART, out(), STARTS),
        (
            "unsubscribed/active/none: unsubscribed by 1",
            "0 ended grant.ended_by_opt_out by 1",
            "1 decisive opt_out.stands",
            "2 void start.lifts",
        ),
    ),
}


def told(given: Status) -> tuple[str, ...]:
    """The answer, then each event's fate; events by their number."""
    head = f"{given.consent}/{given.deliverability}/{given.hold}: {' '.join(given.reasons) or 'sendable'}"
    decided = "" if given.deciding_event is None else f" by {given.deciding_event.int - 1}"
    fates = tuple(
        f"{one.event_id.int - 1} {one.effect} {one.rule}" + ("" if one.by is None else f" by {one.by.int - 1}")
        for one in given.verdicts
    )
    return (head + decided, *fates)


@pytest.mark.parametrize("name", STORIES)
def test_the_story_of(name: str) -> None:
    bodies, expected = STORIES[name]
    assert told(asked(stream(*bodies))) == expected


@pytest.mark.parametrize("name", CART_STORIES)
def test_the_story_of_the_cart(name: str) -> None:
    bodies, expected = CART_STORIES[name]
    assert told(asked(stream(*bodies), purpose="cart")) == expected


def test_the_platforms_events_are_told_after_the_organizations() -> None:
    platform = [event(7, PlatformBlacklisted(), START), event(8, PlatformUnblacklisted(), START + HOUR)]
    again = event(9, PlatformBlacklisted(), START + 2 * HOUR)

    def story(*more: Recorded) -> tuple[str, ...]:
        return told(
            status(
                stream(HARD),
                channel="sms",
                scope=SCOPE,
                purpose="transactional",
                at=START + DAY,
                platform=[*platform, *more],
            )
        )

    fates = ("0 decisive bounce.hard", "7 lifted platform.unblacklisted by 8", "8 counted platform.unblacklisted")
    assert story() == ("never/bounced/none: bounced by 0", *fates)
    assert story(again) == (
        "never/blacklisted/none: blacklisted bounced by 9",
        *fates,
        "9 decisive platform.blacklisted",
    )


def test_a_request_that_ran_out_says_so_and_a_declined_one_does_not() -> None:
    end = START + timedelta(days=7)
    assert told(asked(stream(REQUEST), at=end)) == ("never/active/none: never", "0 expired request.expired")
    assert told(asked(stream(REQUEST, DECLINED), at=end))[1] == "0 counted request.declined by 1"
