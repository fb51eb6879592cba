"""Hand-made streams: an event an hour, in the order written, about one place."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ledger.events.body import Event
from ledger.events.envelope import Envelope, Recorded
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.status import Status, status

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCOPE = "acme/shop/55512/vip"
SENDER = "acme/shop/55512"
STREAM = UUID(int=1)


def stream(*bodies: Event) -> list[Recorded]:
    """The events, one an hour from START on, each learnt at once. Event id n+1 and act id n+1 for the nth."""
    return [event(number, body, START + HOUR * number) for number, body in enumerate(bodies)]


def event(number: int, body: Event, at: datetime, learnt: datetime | None = None) -> Recorded:
    """Event number `number`, effective at `at`."""
    name = UUID(int=number + 1)
    envelope = Envelope(name, "acme", name, b"", "test", at, at, learnt or at)
    return Recorded(STREAM, number + 1, number + 1, envelope, body)


def asked(
    events: Sequence[Recorded],
    *,
    channel: str = "sms",
    scope: str = SCOPE,
    purpose: str = "marketing",
    at: datetime | None = None,
    known_at: datetime | None = None,
    policies: Policies = BUILT_IN,
) -> Status:
    """The status of the place, after all events where no moment is given."""
    moment = at or max(one.effective_at for one in events) + HOUR
    return status(
        events, channel=channel, scope=scope, purpose=purpose, at=moment, known_at=known_at, policies=policies
    )
