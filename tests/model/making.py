"""Histories of one identifier from a seed: events of every type, late, in one second, reversed, reread.

Beside Hypothesis because it is many times cheaper: thousands of histories a second's work, each reproducible by
its number alone. Events are built directly, so that what deciding would never write is covered too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from ledger.events import identifier as said
from ledger.events.body import Event
from ledger.events.envelope import Envelope, Recorded
from ledger.events.settings import PlatformBlacklisted, PlatformUnblacklisted
from ledger.events.vocabulary import CHANNELS_OF, OPT_OUT_METHODS, SIGNUP_METHODS, ReplyClass
from ledger.rules.policy import BUILT_IN, Adoption, Policies, Policy
from tests.model.naive_order import Place

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STREAM = UUID(int=1)
PLATFORM = UUID(int=2)
SCOPES = ("acme", "acme/shop", "acme/shop/55512", "acme/shop/55512/vip", "acme/shop/-/news", "acme/outlet")
CHAIN = ("acme/shop", "acme/shop/55512", "acme/shop/55512/vip")
SENDERS = ("acme/shop/55512", "acme/shop/55513", "acme/shop", "acme/outlet/777")
PURPOSES = ((), ("marketing",), ("cart",), ("cart", "marketing"), ("cart", "marketing", "transactional"))
ASKED = ("marketing", "marketing", "marketing", "cart", "cart", "transactional", "*")
DEEP = ("acme/shop/55512/vip",) * 6
OWN = tuple(sorted(SIGNUP_METHODS - {"api", "import"}))
SIGNUPS = (*OWN, *OWN, "api", "import", "import")
OPT_OUTS = tuple(sorted(OPT_OUT_METHODS))
REPLIES = (*ReplyClass, ReplyClass.STOP, ReplyClass.START)
ACTS = tuple(UUID(int=100 + number) for number in range(2))
ATTEMPTS = (None, *(UUID(int=200 + number) for number in range(3)))


@dataclass(frozen=True)
class Question:
    place: Place
    at: datetime
    known_at: datetime | None


@dataclass(frozen=True)
class History:
    """What one seed makes. `events` stand in the order in which the ledger learnt them."""

    seed: int
    events: tuple[Recorded, ...]
    platform: tuple[Recorded, ...]
    policies: Policies
    questions: tuple[Question, ...]


def history(seed: int) -> History:
    """The history of a number: 2 to 16 events and 6 questions."""
    rng = Random(seed)
    kind = rng.choice(("phone", "phone", "email"))
    channels = (*CHANNELS_OF[kind][:3], "voice", "*") if kind == "phone" else ("email", "*")
    make = Maker(rng, channels)
    span = rng.choice((3, 40, 400))
    learnt = START
    events: list[Recorded] = []
    for _ in range(rng.randint(2, 16)):
        learnt += timedelta(hours=rng.choice((0, rng.randint(0, span))) / 4)
        events.append(make.recorded(STREAM, len(events), learnt, make.body(events)))
    platform: list[Recorded] = []
    for number in range(rng.choice((0, 0, 0, 1, 2)) if kind == "email" else 0):
        body = rng.choice((PlatformBlacklisted, PlatformUnblacklisted))()
        platform.append(make.recorded(PLATFORM, number, START + timedelta(hours=span * (number + 1)), body))
    policies = make.policies(learnt)
    questions = tuple(make.question(events) for _ in range(6))
    return History(seed, tuple(events), tuple(platform), policies, questions)


class Maker:
    """Draws from one generator, so that a seed stands for everything."""

    def __init__(self, rng: Random, channels: tuple[str, ...]) -> None:
        self.rng = rng
        self.channels = (channels[0], channels[0], *channels)
        """Mostly of one channel, so that the events of a history bear on each other."""
        self.asked = (channels[0],) * 6 + channels
        self.scopes = rng.choice((SCOPES, CHAIN, CHAIN))
        self.senders = rng.choice((SENDERS, SENDERS[:1]))
        self.receipts = tuple(name for name in channels[:2] if name != "*")

    def recorded(self, stream: UUID, version: int, learnt: datetime, body: Event) -> Recorded:
        """The event as the ledger learnt it: mostly at once, at times late, undated or dated ahead."""
        choose = self.rng.random()
        occurred: datetime | None = learnt
        if choose < 0.25:
            occurred = learnt - timedelta(hours=self.rng.randint(1, 80) / 4)
        elif choose < 0.3:
            occurred = learnt + timedelta(hours=self.rng.randint(1, 23))
        elif choose < 0.35:
            occurred = None
        envelope = Envelope(
            event_id=UUID(int=self.rng.getrandbits(128)),
            organization="acme",
            act_id=self.rng.choice(ACTS),
            digest=b"",
            source="soak",
            received_at=learnt,
            occurred_at=occurred,
            recorded_at=learnt,
        )
        return Recorded(stream, version, version + 1, envelope, body)

    def body(self, before: list[Recorded]) -> Event:
        kinds: tuple[tuple[int, Callable[[list[Recorded]], Event]], ...] = (
            (24, self.subscribed),
            (14, self.opted_out),
            (16, self.reply),
            (10, self.answered),
            (9, self.deliverability),
            (9, self.hold),
            (7, self.reversal),
            (4, self.reread),
            (4, self.reassigned),
            (2, lambda _: said.IdentifierErased()),
            (1, self.claim),
        )
        weights = [weight for weight, _ in kinds]
        return self.rng.choices([make for _, make in kinds], weights)[0](before)

    def subscribed(self, before: list[Recorded]) -> Event:
        rng = self.rng
        method = rng.choice(SIGNUPS)
        return said.Subscribed(
            channel=rng.choice(self.channels),
            scope=rng.choice(self.scopes),
            purposes=rng.choice(PURPOSES[1:]),
            method=method,
            double_opt_in=rng.random() < 0.35,
            expires_at=self.later(before) if rng.random() < 0.2 else None,
            basis=rng.choice((None, None, "express", "inquiry", "purchase")),
            override=method in ("api", "import") and rng.random() < 0.5,
        )

    def opted_out(self, _: list[Recorded]) -> Event:
        rng = self.rng
        return said.OptedOut(
            channel=rng.choice(self.channels),
            scope=rng.choice(self.scopes),
            purposes=rng.choice(PURPOSES) if rng.random() < 0.5 else (),
            method=rng.choice(OPT_OUTS),
            carried_from=rng.choice((None, None, STREAM)),
        )

    def reply(self, _: list[Recorded]) -> Event:
        rng = self.rng
        return said.ReplyReceived(sender=rng.choice(self.senders), reply_class=rng.choice(REPLIES), keywords="k/1")

    def answered(self, _: list[Recorded]) -> Event:
        kind = self.rng.choice((said.SubscriptionConfirmed, said.SubscriptionConfirmed, said.ConfirmationDeclined))
        return kind(request_act_id=self.rng.choice(ACTS))

    def deliverability(self, _: list[Recorded]) -> Event:
        rng = self.rng
        channel, attempt = rng.choice(self.receipts), rng.choice(ATTEMPTS)
        return rng.choice(
            (
                said.Bounced(channel=channel, hard=False, attempt=attempt),
                said.Bounced(channel=channel, hard=False, attempt=attempt),
                said.Bounced(channel=channel, hard=False, attempt=attempt),
                said.Bounced(channel=channel, hard=True, attempt=attempt),
                said.Delivered(channel=channel, attempt=attempt),
                said.Complained(channel=channel),
                said.ComplaintWithdrawn(),
                said.Blacklisted(),
                said.Unblacklisted(),
                said.Reactivated(),
            )
        )

    def hold(self, before: list[Recorded]) -> Event:
        rng = self.rng
        scope = rng.choice(self.scopes)
        return rng.choice(
            (
                said.Paused(scope=scope, until=rng.choice((None, self.later(before)))),
                said.Resumed(scope=scope),
                said.Blocked(scope=scope, cause=rng.choice(("act", "contact_deleted"))),
                said.Unblocked(scope=scope, cause=rng.choice(("act", "contact_restored"))),
                said.Banned(scope=scope),
                said.Unbanned(scope=scope),
            )
        )

    def reversal(self, before: list[Recorded]) -> Event:
        target = self.rng.choice(before).event_id if before else UUID(int=3)
        return said.EventReversed(reversed_event_id=target)

    def reread(self, before: list[Recorded]) -> Event:
        replies = [event for event in before if isinstance(event.body, said.ReplyReceived)]
        target = self.rng.choice(replies).event_id if replies else UUID(int=3)
        return said.ReplyReclassified(reply_event_id=target, reply_class=self.rng.choice(REPLIES), keywords="k/2")

    def reassigned(self, _: list[Recorded]) -> Event:
        return said.IdentifierReassigned(cause=self.rng.choice(("recycled", "recycled", "ported")))

    def claim(self, _: list[Recorded]) -> Event:
        return self.rng.choice(
            (
                said.IdentifierClaimed(contact_id=STREAM, kind="phone"),
                said.IdentifierReleased(contact_id=STREAM),
            )
        )

    def later(self, before: list[Recorded]) -> datetime:
        newest = before[-1].effective_at if before else START
        return newest + timedelta(hours=self.rng.choice((0, 1, 5, 24, 100)))

    def policies(self, until: datetime) -> Policies:
        """Mostly the built-in one; else one or two more, in force from within the history."""
        adoptions = list(BUILT_IN.adoptions)
        for number in range(self.rng.choice((0, 0, 0, 1, 2))):
            moment = START + (until - START) * self.rng.random()
            ends = moment + timedelta(hours=self.rng.randint(1, 100)) if self.rng.random() < 0.3 else None
            adopted_at = moment + timedelta(hours=number)
            adoptions.append(Adoption(self.policy(f"soak/{number}"), moment, adopted_at, ends))
        return Policies(tuple(sorted(adoptions, key=lambda one: (one.in_force_from, one.adopted_at))))

    def policy(self, version: str) -> Policy:
        rng = self.rng
        return Policy(
            version=version,
            request_lifetime=timedelta(hours=rng.choice((1, 24, 168, 1000))),
            stop_reach=rng.choice(("sender", "merchant", "organization")),
            bounce_threshold=rng.randint(1, 5),
            soft_bounces=rng.choice(("counted", "counted", "separate", "never")),
            soft_bounce_threshold=rng.randint(1, 5),
            express_months=rng.choice((None, None, 1, 12)),
            inquiry_months=rng.choice((None, 1, 6)),
            purchase_months=rng.choice((None, 1, 24)),
            phone_months=rng.choice((None, None, 1, 12)),
            bulk_never_lifts=frozenset(rng.sample(OPT_OUTS, rng.randint(0, 6))),
            own_device_only=frozenset(rng.sample(OPT_OUTS, rng.randint(0, 6))),
            transactional_stops=frozenset(rng.sample(OPT_OUTS, rng.randint(0, 6))),
        )

    def question(self, events: list[Recorded]) -> Question:
        """A place, mostly one the events speak of, asked at a moment at which something may change."""
        rng = self.rng
        place = Place(rng.choice(self.asked), rng.choice((*SCOPES, *DEEP)), rng.choice(ASKED))
        moment = rng.choice(events).effective_at
        late = events[-1].envelope.received_at + timedelta(hours=1)
        at = rng.choice((late, late, moment, moment + SECOND, moment + DAY * 7, moment + DAY * 31))
        ends = [end for event in events if (end := ends_at(event.body)) is not None]
        if ends and rng.random() < 0.3:
            at = rng.choice(ends) + rng.choice((-SECOND, timedelta(0), SECOND))
        known_at = rng.choice((None, None, rng.choice(events).envelope.recorded_at))
        return Question(place, at, known_at)


DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def ends_at(body: Event) -> datetime | None:
    """When the event's effect ends by itself, where it says so."""
    if isinstance(body, said.Subscribed):
        return body.expires_at
    return body.until if isinstance(body, said.Paused) else None
