"""An organization of people on a whole service, and bulk actions on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from entrypoints.acting import Hand
from entrypoints.batches import asking, seeing
from entrypoints.batches.running import forward, unfinished
from entrypoints.organizations import register
from entrypoints.wiring import Service, migrated, opened, projecting
from ledger.acts.act import Body
from ledger.acts.consent import SignUp, Subscription
from ledger.acts.given import Given
from ledger.batching import Wanted
from projections.contact_query import Filter
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.serving import settings

ANN, BEA = f"person/{UUID(int=1)}", f"person/{UUID(int=2)}"
SHOP = "acme/shop"
UNSUBSCRIBE = Wanted("unsubscribe", "email", SHOP)


@dataclass(frozen=True, slots=True)
class Crowd:
    """People with an e-mail each, subscribed at the shop."""

    ledger: Service

    def hand(self, actor: str = ANN) -> Hand:
        return Hand(self.ledger, "acme", "test", actor)

    def record(self, *bodies: Body) -> None:
        """Records acts and brings the tables up to them."""
        hand = self.hand()
        for outcome in self.ledger.recording.record([hand.act(body) for body in bodies]):
            assert outcome.result == "recorded", outcome.reason
        with projecting(self.ledger.settings) as source:
            catch_up(source, list(PROJECTIONS.values()))

    def join(self, *numbers: int) -> None:
        self.record(*[signup(mail(number)) for number in numbers])

    def contact(self, given: Given) -> UUID:
        _, contact = self.ledger.answers.holder("acme", given)
        assert contact is not None
        return contact

    def ask(self, wanted: Wanted = UNSUBSCRIBE, asked: Filter | None = None, *, actor: str = ANN) -> UUID:
        """Asks for it, and has everybody looked at."""
        batch_id = asking.ask(self.hand(actor), wanted, asked or Filter(), "the shop was sold", which=[])
        self.run()
        return batch_id

    def approve(self, batch_id: UUID, *, actor: str = ANN) -> None:
        digest = seeing.get(self.ledger, "acme", batch_id).digest
        asking.approve(self.hand(actor), batch_id, digest=digest, reason="as agreed")

    def run(self) -> None:
        """Does all that there is to do without anybody."""
        for batch in unfinished(self.ledger):
            forward(self.ledger, batch)

    def outcomes(self, batch_id: UUID) -> dict[tuple[str, str | None], int]:
        """(state, why) → people, as counted; and it is what the list itself says."""
        found: dict[tuple[str, str | None], int] = {
            (one.state, one.why): one.people for one in seeing.get(self.ledger, "acme", batch_id).outcomes
        }
        listed: dict[tuple[str, str | None], int] = {}
        for one in seeing.everyone(self.ledger, "acme", batch_id):
            assert one.state is not None
            listed[one.state, one.why] = listed.get((one.state, one.why), 0) + 1
        assert found == listed
        return found

    def subscribed(self, *numbers: int) -> list[bool]:
        givens = [mail(number) for number in numbers]
        return [not one.reasons for one in self.ledger.answers.sendable("acme", "email", SHOP, "marketing", givens)]

    def at(self, moment: datetime) -> "Crowd":
        """The same at another time."""
        return Crowd(replace(self.ledger, now=lambda: moment))


def mail(number: int) -> Given:
    return Given("email", f"person{number}@example.com", f"person{number}@example.com")


def signup(given: Given, scope: str = SHOP, channel: str = "email") -> SignUp:
    return SignUp((given,), (Subscription(channel, scope, ("marketing",)),), "form")


@contextmanager
def crowd_on(url: str) -> Iterator[Crowd]:
    """A crowd on this database, nobody in it yet."""
    migrated(settings(url))
    with opened(settings(url), timeout=10) as ledger:
        register(ledger, "acme", "Acme")
        yield Crowd(ledger)


def later() -> datetime:
    """When a list asked for now has expired."""
    return datetime.now(UTC) + asking.LIFETIME
