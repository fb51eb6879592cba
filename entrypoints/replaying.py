"""Rejected messages once more: as they came, or mended by a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from consumers.intake import Message, take
from entrypoints.wiring import Service
from ledger.acts import Rejection
from ledger.store import rejections
from ledger.store.rejections import Rejected, State


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a rejection: its result as `Outcome` says, and why where it is refused again."""

    id: UUID
    result: str
    event_ids: tuple[UUID, ...] = ()
    reason: str | None = None
    detail: str | None = None


def listed(
    ledger: Service, organization: str | None, reason: str | None, state: State | None
) -> Iterator[Rejected]:
    """Every rejection that fits, newest first, read in pages."""
    page: list[Rejected] = []
    while True:
        with ledger.reading.connection() as connection:
            page = rejections.listed(
                connection,
                organization=organization,
                reason=reason,
                state=state,
                after=page[-1] if page else None,
            )
        if not page:
            return
        yield from page


def get(ledger: Service, rejection_id: UUID) -> Rejected:
    """One rejection. Raises NotFound."""
    with ledger.reading.connection() as connection:
        return rejections.get(connection, rejection_id)


def replay(ledger: Service, rejection_id: UUID, mended: bytes | None = None) -> Replayed:
    """Takes the message in again as of when it was first received; `mended`: a structured CloudEvent in its place.

    What is taken now is settled as replayed; repeating it is harmless. Raises NotFound and KeyDestroyed.
    """
    rejected = get(ledger, rejection_id)
    if mended is None:
        payload = ledger.writing.rejection_payload(rejection_id)
        message = Message(payload.value, payload.headers, rejected.received_at, rejected.origin)
    else:
        message = Message(mended, (), rejected.received_at, rejected.origin)
    taken = take(message)
    if isinstance(taken, Rejection):
        return Replayed(rejection_id, "refused", (), taken.reason, taken.detail)
    outcome = ledger.recording.record([taken])[0]
    if outcome.result != "refused":
        settle(ledger, [rejection_id], "replayed")
    return Replayed(rejection_id, outcome.result, outcome.event_ids, outcome.reason, outcome.detail)


def settle(ledger: Service, rejection_ids: list[UUID], state: State) -> None:
    """Marks rejections as replayed or dropped."""
    with ledger.writing.connection() as connection:
        rejections.settle(connection, rejection_ids, state)
