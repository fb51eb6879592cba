"""`replies`: what waits for a person, and what no longer does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.acts.act import Body
from ledger.acts.consent import OptOut, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.acts.identifier import Reversal
from ledger.acts.keywords import Reclassification
from ledger.events.identifier import ReplyReceived
from ledger.events.vocabulary import Confidence, ReplyClass
from projections import replies
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from tests.projections.world import World, key

PHONE = Given("phone", "+14155550100", "+14155550100")
SENDER = "acme/shop/48099"
HOUR = timedelta(hours=1)


def signup(*, double_opt_in: bool = False) -> SignUp:
    wanted = Subscription("sms", SENDER, ("marketing",), double_opt_in=double_opt_in)
    return SignUp((PHONE,), (wanted,), "form")


def text(words: str) -> Reply:
    return Reply(PHONE, SENDER, words)


def after(world: World, *bodies: Body) -> list[str]:
    """The states of the replies, oldest first, once these were recorded an hour apart."""
    for body in bodies:
        world.record(body)
        world.pass_time(HOUR)
    world.project()
    return [row[0] for row in world.rows("SELECT state FROM replies ORDER BY received_at")]


def reply_id(world: World) -> UUID:
    stream = key("phone", PHONE.value)
    return next(e.event_id for e in world.store.read([stream])[stream] if isinstance(e.body, ReplyReceived))


def by_person(world: World, meaning: ReplyClass) -> Reclassification:
    return Reclassification(reply_id(world), meaning, "2026-2", Confidence.PERSON, reason="as it reads")


def test_an_unclear_reply_of_a_subscribed_number_waits(world: World) -> None:
    assert after(world, signup(), text("who is this?")) == ["open"]
    with world.connect() as connection:
        [row] = replies.replies(connection, "acme")
        assert replies.replies(connection, "globex") == []
        assert replies.reply(connection, "acme", row.event_id) == row
    assert (row.sender, row.reply_class, row.confidence, row.matched) == (SENDER, "other", "none", None)


@pytest.mark.parametrize(
    ("bodies", "states"),
    [
        ((text("who is this?"),), ["read"]),
        ((signup(), text("STOP"), text("who is this?")), ["read", "read"]),
        ((signup(double_opt_in=True), text("who is this?")), ["read"]),
        ((signup(), text("HELP")), ["read"]),
        ((signup(), text("please stop texting me")), ["read"]),
        ((signup(), text("who is this?"), text("STOP")), ["moot", "read"]),
        ((signup(), text("hm"), OptOut(PHONE, "sms", "acme", (), "manual")), ["moot"]),
        ((signup(), text("hm"), OptOut(PHONE, "sms", SENDER, ("cart",), "manual")), ["open"]),
        ((signup(), text("hm"), ContactChange("erase", PHONE, "asked", "r-1")), ["moot"]),
        ((signup(), text("hm"), text("hm hm")), ["open", "open"]),
    ],
    ids=["never", "stopped", "declines", "help", "phrase", "then-stop", "then-manual", "cart", "erased", "two"],
)
def test_what_waits_and_what_does_not(world: World, bodies: tuple[Body, ...], states: list[str]) -> None:
    assert after(world, *bodies) == states


def test_what_a_person_has_read_waits_no_more(world: World) -> None:
    after(world, signup(), text("no thanks"))
    assert after(world, by_person(world, ReplyClass.OTHER)) == ["seen"]
    assert after(world, by_person(world, ReplyClass.STOP)) == ["read"]
    [status] = world.rows("SELECT consent FROM channel_status WHERE channel = 'sms' AND scope = %s", SENDER)[:1]
    assert status == ("unsubscribed",)


def test_no_keyword_set_reads_again_what_a_person_has_read(world: World) -> None:
    after(world, signup(), text("no thanks"))
    after(world, by_person(world, ReplyClass.STOP))
    [outcome] = world.record(Reclassification(reply_id(world), ReplyClass.OTHER, "2026-3", Confidence.NONE))
    assert (outcome.result, outcome.reason) == ("refused", "read_by_person")


def test_a_reply_taken_back_waits_no_more(world: World) -> None:
    after(world, signup(), text("hm"))
    assert after(world, Reversal(reply_id(world), "a test of ours")) == ["reversed"]


def test_a_signup_that_arrives_late_makes_its_replies_wait(world: World) -> None:
    assert after(world, text("who is this?")) == ["read"]
    world.record(signup(), at=world.now - timedelta(days=1))
    world.project()
    assert world.rows("SELECT state FROM replies") == [("open",)]


def test_rebuilt_is_the_same(world: World) -> None:
    after(world, signup(), text("who is this?"), text("STOP"))
    before = world.text_of("replies")
    rebuild(world.source, PROJECTIONS["replies"])
    assert world.text_of("replies") == before
    assert "who" not in before


def test_what_is_no_reply_cannot_be_read_anew(world: World) -> None:
    after(world, signup())
    stream = key("phone", PHONE.value)
    claimed: Any = world.store.read([stream])[stream][0]
    for event_id, reason in ((claimed.event_id, "not_a_reply"), (UUID(int=7), "unknown_event")):
        [outcome] = world.record(Reclassification(event_id, ReplyClass.STOP, "2026-2", Confidence.PERSON))
        assert (outcome.result, outcome.reason) == ("refused", reason)
