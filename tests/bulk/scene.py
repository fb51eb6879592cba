"""People who signed up, and opt-outs of theirs that a mail scanner made."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import orjson

from ledger.acts.act import Act, Body
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.given import Given
from ledger.answers import Answers
from ledger.recording import Recording
from ledger.reversing import Reversing
from ledger.rules.reversible import Criteria
from ledger.store.store import Store
from tests.histories import ORGANIZATION
from tests.store.making import IDS

SIGNED_UP = datetime(2026, 3, 2, 9, tzinfo=UTC)
BURST = datetime(2026, 3, 4, 9, tzinfo=UTC)
"""When the scanner came."""
MINUTES = Criteria(BURST, BURST + timedelta(minutes=8))
SCANNER = {"user_agent": "Mozilla/5.0 BarracudaLinks/2", "ip": "192.0.2.17"}
SHOP = f"{ORGANIZATION}/shop"


def email(name: int | str) -> Given:
    return Given("email", f"person{name}@example.com", f"person{name}@example.com")


def signup(*identifiers: Given, channel: str = "email", scope: str = SHOP) -> SignUp:
    return SignUp(identifiers, (Subscription(channel, scope, ("marketing",)),), "form")


def click(given: Given, evidence: dict[str, Any] | None = SCANNER, method: str = "link", **more: Any) -> OptOut:
    return OptOut(
        given, **{"channel": "email", "scope": SHOP, "purposes": (), **more}, method=method, evidence=evidence
    )


class Scene:
    """Records acts one by one and asks."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self.store = store
        self.organization = ORGANIZATION
        self.answers = Answers(store, IDS, now)
        self.recording = Recording(store, IDS)
        self.reversing = Reversing(store, self.recording, IDS, now)
        self._numbers = count()

    def record(self, body: Body, at: datetime = SIGNED_UP, **more: Any) -> UUID | None:
        """The id of the last event it became."""
        number = f"{next(self._numbers)}"
        content = orjson.dumps([number, repr(body)])
        act = Act(
            ORGANIZATION, "test", number, "test", at + timedelta(seconds=1), content, body, occurred_at=at, **more
        )
        [outcome] = self.recording.record([act])
        assert outcome.result == "recorded", outcome.reason
        return outcome.event_ids[-1] if outcome.event_ids else None

    def burst(self, people: int, begin: datetime = BURST) -> list[UUID | None]:
        """So many sign up and are opted out by the scanner within a minute; ids of the opt-outs."""
        for number in range(people):
            self.record(signup(email(number)))
        return [
            self.record(click(email(number)), begin + timedelta(seconds=number % 60)) for number in range(people)
        ]

    def statuses(self, *givens: Given, channel: str = "email", scope: str = SHOP) -> list[tuple[Any, ...]]:
        """What the rules say of each: everything but which event decided."""
        found = self.answers.sendable(ORGANIZATION, channel, scope, "marketing", givens)
        return [
            (one.reasons, one.consent, one.consent_since, one.consent_method, one.hold, one.deliverability)
            for one in found
        ]

    def sendable(self, *givens: Given, channel: str = "email") -> list[bool]:
        return [not status[0] for status in self.statuses(*givens, channel=channel)]

    def approve(self, wanted: Criteria | UUID, digest: str | None = None) -> Any:
        digest = digest if digest is not None else self.reversing.listing(ORGANIZATION, wanted).digest
        return self.reversing.reverse(ORGANIZATION, wanted, approve=digest, actor="ops-7", reason="a scanner")
