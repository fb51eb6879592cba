"""Replies that wait for a person: listed with their clock, and read by one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, get_args
from uuid import UUID

from entrypoints.acting import COMMAND_LINE, Hand
from entrypoints.keywords import settings_of
from entrypoints.wiring import Service
from ledger.acts.keywords import Reclassification
from ledger.errors import NotFound
from ledger.events.identifier import ReplyReceived
from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.rules.business_days import calendar_of, due
from ledger.rules.keyword_sets import standing_set
from ledger.rules.replies import State
from projections import replies
from projections.replies import ReplyRow

Meaning = Literal["stop", "start", "yes", "nothing"]
MEANINGS: Final[tuple[Meaning, ...]] = get_args(Meaning)
STATES: Final[tuple[State, ...]] = get_args(State)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply, by when it must have been dealt with, and its text for those who may read it."""

    reply: ReplyRow
    due_at: datetime
    overdue: bool
    text: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of them, the longest waiting first; `after` asks for the next page, None after the last."""

    replies: list[Waiting]
    after: str | None


def page(
    ledger: Service,
    organization: str,
    state: State = "open",
    *,
    after: str | None = None,
    limit: int = 50,
    values: bool = False,
) -> Page:
    """Replies in a state. `values`: with their texts, where the key still exists.

    Raises NotFound for an `after` that is none, and UnknownOrganization.
    """
    with ledger.reading.connection() as connection:
        rows = replies.replies(connection, organization, state, after=_read_after(after), limit=limit + 1)
    shown = rows[:limit]
    return Page(
        _waiting(ledger, organization, shown, values=values), _after(shown[-1]) if len(rows) > limit else None
    )


def of_number(
    ledger: Service, organization: str, identifier_id: UUID, *, limit: int = 50, values: bool = False
) -> list[Waiting]:
    """The latest texts of one number, whatever became of them. `values`: with what they say."""
    with ledger.reading.connection() as connection:
        rows = replies.of_identifier(connection, organization, identifier_id, limit=limit)
    return _waiting(ledger, organization, rows, values=values)


def _waiting(ledger: Service, organization: str, rows: list[ReplyRow], *, values: bool) -> list[Waiting]:
    calendar = calendar_of(settings_of(ledger, organization))
    texts = _texts(ledger, rows) if values else {}
    now = ledger.now()
    waiting = []
    for row in rows:
        due_at = due(row.received_at, calendar)
        late = row.state == "open" and due_at < now
        waiting.append(Waiting(row, due_at, late, texts.get(row.event_id)))
    return waiting


def read_by_person(
    ledger: Service,
    organization: str,
    reply_event_id: UUID,
    meaning: Meaning,
    *,
    actor: str,
    reason: str,
    source: str = COMMAND_LINE,
) -> bool:
    """Records what a person takes a reply to mean; False where a person has said the same before.

    Raises NotFound, MessageRefused.
    """
    keywords = standing_set(settings_of(ledger, organization)).version
    found = ledger.reading.find_event(reply_event_id)
    if found is None or found.envelope.organization != organization or not isinstance(found.body, ReplyReceived):
        raise NotFound("no such reply in this organization; `contact-ledger replies list` shows those that wait")
    reading = Reclassification(
        reply_event_id,
        ReplyClass.OTHER if meaning == "nothing" else ReplyClass(meaning),
        keywords,
        Confidence.PERSON,
        reason=reason,
    )
    return Hand(ledger, organization, source, actor).record(reading)


def _texts(ledger: Service, rows: list[ReplyRow]) -> dict[UUID, str | None]:
    wanted = {row.event_id for row in rows}
    streams = ledger.reading.read({row.identifier_id for row in rows})
    events = [event for stream in streams.values() for event in stream if event.event_id in wanted]
    return {
        event.event_id: event.body.text
        for event in ledger.reading.open(events)
        if isinstance(event.body, ReplyReceived)
    }


def _after(row: ReplyRow) -> str:
    """Where the page after this row begins, in characters that need no escape in a URL."""
    return f"{row.received_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}_{row.event_id}"


def _read_after(after: str | None) -> tuple[datetime, UUID] | None:
    if after is None:
        return None
    moment, _, event_id = after.partition("_")
    try:
        return datetime.fromisoformat(moment), UUID(event_id)
    except ValueError:
        raise NotFound("`after` is not one that a page gave: ask without it for the first page") from None
