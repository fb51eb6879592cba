"""Rejected messages once more: as they came, or mended by a person."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from consumers.intake import Message, take
from entrypoints.wiring import Service
from ledger.acts.act import Act, Rejection
from ledger.errors import KeyDestroyed, MessageRefused
from ledger.store import rejections
from ledger.store.rejections import Payload, Rejected, State

MENDED: Final = "mended"
"""Flag of events that came of a rejected message which a person mended."""


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


def taken(rejected: Rejected, payload: Payload, within: str | None = None) -> Act | Rejection:
    """What the message would be taken as. `within`: the organization that it must name, whoever changed it.

    Raises MessageRefused where it names another.
    """
    act = take(Message(payload.value, payload.headers, rejected.received_at, rejected.origin))
    if within is not None and isinstance(act, Act) and act.organization != within:
        raise MessageRefused(
            "other_organization", f"data.organization: must be {within}, the organization of the rejection"
        )
    return act


def replay(
    ledger: Service,
    rejection_id: UUID,
    mended: bytes | None = None,
    *,
    within: str | None = None,
    by: str | None = None,
    permitted: Callable[[Act], None] = lambda act: None,
) -> Replayed:
    """Takes the message in again as of when it was first received; `mended`: a structured CloudEvent in its place.

    What is taken now is settled as replayed, by whom; repeating it is harmless. `within`: see `taken`; `permitted`
    raises where the act is not for who replays. Raises MessageRefused, NotFound and KeyDestroyed.
    """
    rejected = get(ledger, rejection_id)
    payload = ledger.writing.rejection_payload(rejection_id) if mended is None else Payload((), mended)
    act = taken(rejected, payload, within)
    if isinstance(act, Rejection):
        return Replayed(rejection_id, "refused", (), act.reason, act.detail)
    permitted(act)
    if mended is not None:
        act.flags = (*act.flags, MENDED)
    outcome = ledger.recording.record([act], keep_refused=False)[0]
    if outcome.result != "refused":
        settle(ledger, [rejection_id], "replayed", by=by, mended=mended is not None)
    return Replayed(rejection_id, outcome.result, outcome.event_ids, outcome.reason, outcome.detail)


def replay_all(
    ledger: Service, rejection_ids: Iterable[UUID], *, within: str | None = None, by: str | None = None
) -> list[Replayed]:
    """Takes each in again as it came, in a transaction of its own: one that cannot be taken stops no other."""
    results = []
    for rejection_id in rejection_ids:
        try:
            results.append(replay(ledger, rejection_id, within=within, by=by))
        except KeyDestroyed:
            detail = "message: has expired or was erased; drop it"
            results.append(Replayed(rejection_id, "refused", (), "gone", detail))
        except MessageRefused as refused:
            results.append(Replayed(rejection_id, "refused", (), refused.reason, refused.detail))
    return results


def structured(payload: Payload) -> str:
    """The message as one CloudEvent in JSON, whichever way it came, to be mended; unreadable bytes as they are."""
    try:
        event = orjson.loads(payload.value)
    except orjson.JSONDecodeError:
        return payload.value.decode(errors="replace")
    heads = {name.lower(): value.decode(errors="replace") for name, value in payload.headers}
    if "ce_type" in heads and not (isinstance(event, dict) and "specversion" in event):
        event = {name[3:]: text for name, text in heads.items() if name.startswith("ce_")} | {"data": event}
    return orjson.dumps(event, option=orjson.OPT_INDENT_2).decode()


def settle(
    ledger: Service, rejection_ids: list[UUID], state: State, *, by: str | None = None, mended: bool = False
) -> None:
    """Marks rejections as replayed or dropped, by whom."""
    with ledger.writing.connection() as connection:
        rejections.settle(connection, rejection_ids, state, by=by, mended=mended)
