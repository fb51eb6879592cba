"""A realistic day of traffic: every message type, with late, repeated, contradictory and poisonous ones.

Pure: the same arguments give the same messages. What can only be said with an id the ledger gave out
(unlinking, reversing) comes from `corrections`.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, count
from random import Random
from typing import Any
from uuid import UUID

from consumers.broker import Outgoing
from entrypoints.demo import claims, poison
from entrypoints.demo.messages import binary, structured
from entrypoints.demo.people import Person, household, person

NEW_SHARES = {
    "contact.signup.v1": 76,
    "delivery.receipt.v1": 9,
    "sms.inbound.v1": 7,
    "contact.opt-out.v1": 4,
    "contact.identify.v1": 4,
}
"""What is first heard of somebody, of a hundred."""
KNOWN_SHARES = {
    "delivery.receipt.v1": 3300,
    "contact.signup.v1": 1600,
    "contact.profile.v1": 1300,
    "sms.inbound.v1": 1000,
    "contact.opt-out.v1": 950,
    "contact.confirmation.v1": 750,
    "contact.identify.v1": 400,
    "contact.hold.v1": 280,
    "contact.deliverability.v1": 120,
    "contact.reassign.v1": 90,
    "contact.link.v1": 80,
    "contact.delete.v1": 60,
    "contact.restore.v1": 40,
    "contact.erase.v1": 5,
}
"""What is said of people already known, of some ten thousand."""
POISONED, REPEATED, REUSED_ID, LATE = 0.006, 0.02, 0.002, 0.03
_DAY = timedelta(days=1)


def day(seed: int, messages: int, start: datetime, *, known: int = 0, fresh: float = 0.3) -> Iterator[Outgoing]:
    """`messages` messages sent in the 24 hours from `start`, in the order of sending.

    `known`: how many people (numbers 0 and up) earlier days have met; `fresh`: share of messages about
    somebody not met before.
    """
    traffic = _Traffic(seed, start, known, fresh)
    return (traffic.message(traffic.moment(number / messages)) for number in range(messages))


def corrections(
    seed: int, at: datetime, links: Sequence[tuple[str, UUID]], events: Sequence[tuple[str, UUID]]
) -> Iterator[Outgoing]:
    """What a support desk takes back, as (organization, id) pairs: links are unlinked, events reversed."""
    taken_back = (("contact.unlink.v1", "link_id", links), ("ledger.reversal.v1", "event_id", events))
    for kind, field, targets in taken_back:
        for number, (organization, target) in enumerate(targets):
            id_ = f"{seed & 0xFFFFFFFF:x}-{kind}-{number}"
            attributes = {"id": id_, "source": "/desk", "type": kind, "time": at.isoformat()}
            data = {field: str(target), "actor": "desk-1", "reason": "made by mistake"}
            data["organization"] = organization
            yield structured(target.bytes, attributes, data, at)


@dataclass(frozen=True, slots=True)
class _Request:
    person: Person
    id: str
    source: str
    identifier: dict[str, Any]
    scope: str


class _Shares:
    """Outgoing types with how often each comes."""

    def __init__(self, shares: dict[str, int]) -> None:
        self._types = list(shares)
        self._cumulative = list(accumulate(shares.values()))

    def pick(self, rng: Random) -> str:
        return rng.choices(self._types, cum_weights=self._cumulative)[0]


class _Traffic:
    """The day so far: who has been met, which requests are open, what was sent a moment ago."""

    def __init__(self, seed: int, start: datetime, known: int, fresh: float) -> None:
        self.rng = Random(seed)
        self.start, self.known, self.fresh = start, known, fresh
        self.numbers = count()
        self.prefix = f"{seed & 0xFFFFFFFF:x}"
        self.poisons = count()
        self.sent: deque[Outgoing] = deque(maxlen=2_000)
        self.ids: deque[tuple[str, str]] = deque(maxlen=2_000)
        self.requests: deque[_Request] = deque(maxlen=5_000)
        self.deleted: deque[Person] = deque(maxlen=500)

    def moment(self, part: float) -> datetime:
        """When that part of the day's messages has been sent: quiet at night, busy about noon."""
        return self.start + _DAY * (part + math.sin(2 * math.pi * part) / 9)

    def message(self, at: datetime) -> Outgoing:
        """The next message, sent at `at`."""
        chance = self.rng.random()
        if chance < POISONED and self.known:
            return self.poison(at)
        if chance < POISONED + REPEATED and self.sent:
            again = self.rng.choice(self.sent)
            return Outgoing(again.topic, again.key, again.value, again.headers, at)
        if chance < self.fresh or not self.known:
            self.known += 1
            message = self.claim(_NEW, person(self.known - 1), at)
        else:
            message = self.claim(_KNOWN, self.somebody(), at)
        self.sent.append(message)
        return message

    def somebody(self) -> Person:
        """One of the people met; lately met ones are likelier."""
        back = int(self.known * self.rng.random() ** 1.5)
        return person(self.known - 1 - back)

    def poison(self, at: datetime) -> Outgoing:
        turn = next(self.poisons)
        maker = poison.huge if turn % 100 == 50 else poison.POISONS[turn % len(poison.POISONS)]
        return maker(self.rng, self.somebody(), self.fresh_id(), at)

    def fresh_id(self) -> str:
        return f"{self.prefix}-{next(self.numbers):06d}"

    def claim(self, shares: _Shares, about: Person, at: datetime) -> Outgoing:
        """A message about the person (or about one who made a request before), under a new id."""
        happened = at
        if self.rng.random() < LATE:
            happened -= timedelta(minutes=self.rng.randrange(60, 60 * 72))
        id_ = self.fresh_id()
        type_, about, (source, data) = self.said(shares.pick(self.rng), about, id_, happened)
        if self.rng.random() < REUSED_ID and self.ids:
            source, id_ = self.rng.choice(self.ids)
        self.ids.append((source, id_))
        data["organization"] = about.organization.code
        attributes = {"id": id_, "source": source, "type": type_, "time": happened.isoformat()}
        write = binary if self.rng.random() < 0.3 else structured
        return write(about.key, attributes, data, at)

    def said(self, type_: str, about: Person, id_: str, at: datetime) -> tuple[str, Person, claims.Claim]:
        """The claim itself; where this person cannot be meant, another type or person takes its place."""
        rng = self.rng
        match type_:
            case "contact.confirmation.v1" if self.requests:
                return self.answer()
            case "contact.restore.v1" if self.deleted:
                restored = self.deleted.pop()
                return type_, restored, claims.contact_change(restored, "came back")
            case "contact.delete.v1":
                self.deleted.append(about)
                return type_, about, claims.contact_change(about, "asked to be removed")
            case "contact.erase.v1":
                return type_, about, claims.contact_change(about, "erasure request")
            case "contact.link.v1" if (other := household(about)) is not None:
                return type_, about, claims.link(about, other)
            case "contact.hold.v1":
                return type_, about, claims.hold(rng, about, at)
            case "contact.opt-out.v1" if about.external_id and rng.random() < 0.1:
                return type_, about, claims.customer_opt_out(rng, about)
            case "sms.inbound.v1" | "contact.reassign.v1" if not about.phones:
                return "delivery.receipt.v1", about, claims.receipt(rng, about)
        maker = _MAKERS.get(type_, claims.signup)
        claim = maker(rng, about)
        if maker is claims.signup:
            self.remember_requests(about, id_, claim)
            return "contact.signup.v1", about, claim
        return type_, about, claim

    def remember_requests(self, about: Person, id_: str, claim: claims.Claim) -> None:
        source, data = claim
        for identifier, subscription in zip(data["identifiers"], data["subscriptions"], strict=False):
            if subscription.get("double_opt_in"):
                self.requests.append(_Request(about, id_, source, identifier, subscription["scope"]))

    def answer(self) -> tuple[str, Person, claims.Claim]:
        """Somebody answers a request for double opt-in: by text where it was about a phone, else by link."""
        chosen = self.rng.randrange(len(self.requests))
        request = self.requests[chosen]
        del self.requests[chosen]
        positive = self.rng.random() < 0.85
        if request.identifier["kind"] == "phone":
            words = self.rng.choice(("YES", "Y", "yes!")) if positive else self.rng.choice(claims.CHATTER)
            sender = "/".join(request.scope.split("/")[:3])
            return "sms.inbound.v1", request.person, claims.texted(self.rng, request.person, sender, words)
        data = {
            "identifier": request.identifier,
            "request_id": request.id,
            "request_source": request.source,
            "outcome": "confirmed" if positive else "declined",
        }
        return "contact.confirmation.v1", request.person, ("/site/confirm", data)


_NEW, _KNOWN = _Shares(NEW_SHARES), _Shares(KNOWN_SHARES)
_MAKERS: dict[str, Callable[[Random, Person], claims.Claim]] = {
    "contact.opt-out.v1": claims.opt_out,
    "sms.inbound.v1": claims.text,
    "delivery.receipt.v1": claims.receipt,
    "contact.deliverability.v1": claims.deliverability,
    "contact.reassign.v1": claims.reassign,
    "contact.profile.v1": claims.profile,
    "contact.identify.v1": claims.identify,
}
"""Types of which anybody can be meant; all others end as a signup where they cannot."""
