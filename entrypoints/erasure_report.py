"""The report of one erasure: every copy, whether and when it was cleared, and what stays by design.

It is made of the log, the watermarks and the tables themselves each time it is asked for: nothing in it is claimed
that is not looked up.
"""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from consumers.publisher import EVENTS, STATUS
from entrypoints.exports import FileTold, files_of
from entrypoints.wiring import Service
from ledger.events.envelope import Recorded
from ledger.events.identifier import Complained, HoldPlaced, OptedOut
from ledger.rules.erasure import closed_since
from ledger.store import rejections
from ledger.store.erasures import erasures
from ledger.store.followers import reached
from ledger.store.keyring import count_keys
from projections.cleared import cleared
from projections.marks import published_at
from projections.traces import GOING, counted


class Copy(BaseModel):
    """One place where the person's data was."""

    copy_of: str = Field(serialization_alias="copy")
    state: Literal["cleared", "waiting"] = Field(description="waiting: whoever clears it has not come so far yet")
    left: int = Field(description="what is found of the person there now")
    cleared_at: datetime | None
    how: str


class Remaining(BaseModel):
    """Something that stays by design."""

    what: str
    count: int | None
    why: str


class ErasureReport(BaseModel):
    """Who asked, what it reached, every copy, and what remains. `complete`: every copy is cleared."""

    organization: str
    request_id: str | None
    act_id: UUID
    recorded_at: datetime
    position: int
    source: str
    actor: str | None
    contacts: list[UUID]
    identifiers: list[UUID]
    complete: bool
    copies: list[Copy]
    remains: list[Remaining]


SOURCE: Final = "contact-ledger/erasures"
"""Of every erasure asked for here, so that one request id is one act whichever way it comes in."""
_NOT_LOOKED_AT: Final = Remaining(
    what="files that commands wrote",
    count=None,
    why="it came by message: nobody looked into them before; `contact-ledger erasures files` lists them",
)


def report(ledger: Service, organization: str, done: list[Recorded], *, places: bool = True) -> ErasureReport:
    """The report of the erasure that these events record; `places`: with those of files, which may say names."""
    first, position = done[0].envelope, done[-1].position
    assert first.recorded_at is not None
    contacts = [one.stream_id for one in done if one.name.startswith("contact.")]
    identifiers = [one.stream_id for one in done if one.name.startswith("identifier.")]
    files = [one if places else one.model_copy(update={"where": None}) for one in files_of(ledger, first.act_id)]
    copies = [
        *_keys(ledger, done, first.recorded_at),
        *_tables(ledger, contacts, identifiers, position),
        *_topics(ledger, position),
        *[_copy(_named(one), 0, one.gone_at, one.said, waiting=one.gone_at is None) for one in files if _goes(one)],
    ]
    return ErasureReport(
        organization=organization,
        request_id=done[0].body.__dict__.get("request_id"),
        act_id=first.act_id,
        recorded_at=first.recorded_at,
        position=position,
        source=first.source,
        actor=first.actor,
        contacts=contacts,
        identifiers=identifiers,
        complete=all(one.state != "waiting" for one in copies),
        copies=copies,
        remains=[
            *_remaining(ledger, identifiers, contacts, position),
            *[Remaining(what=_named(one), count=None, why=one.said) for one in files if not _goes(one)],
            *([] if first.source == SOURCE else [_NOT_LOOKED_AT]),
        ],
    )


def _goes(file: FileTold) -> bool:
    """Whether the ledger sees to it, or it is gone by now."""
    return file.found == "going" or file.gone_at is not None


def _named(file: FileTold) -> str:
    return f"file of {file.kind} {file.written_at:%Y-%m-%d}" + (f" {file.where}" if file.where else "")


def _keys(ledger: Service, done: list[Recorded], at: datetime) -> list[Copy]:
    """What the erasure's own transaction destroyed."""
    streams = ledger.reading.read({one.stream_id for one in done})
    had = {(stream, at): generation for events in streams.values() for stream, generation, at in erasures(events)}
    last = {(one.stream_id, at): had[one.stream_id, at] for one in done}
    with ledger.reading.connection() as connection:
        left = count_keys(connection, [stream for stream, _ in last], {key[0]: last[key] for key in last})
    with ledger.writing.connection() as connection:
        rejected = rejections.count_naming(connection, list(streams), before=at)
    destroyed = sum(generation > 0 for generation in last.values())
    sealed = "destroyed with their keys, in the transaction of the erasure"
    return [
        _copy("data keys", left, at, f"{destroyed} keys deleted, their generations never made again"),
        _copy("sealed parts of events in the log", left, at, f"{sealed}; the log itself is never rewritten"),
        _copy("rejected messages", rejected, at, "payloads and their keys destroyed in the same transaction"),
        _copy("newest deliveries", 0, at, "deleted in the same transaction"),
    ]


def _copy(name: str, left: int, at: datetime | None, how: str, *, waiting: bool = False) -> Copy:
    state: Literal["cleared", "waiting"] = "waiting" if left or waiting else "cleared"
    return Copy(copy_of=name, state=state, left=left, cleared_at=None if state == "waiting" else at, how=how)


def _tables(ledger: Service, contacts: list[UUID], identifiers: list[UUID], position: int) -> list[Copy]:
    """The rows themselves are counted; an identifier that its person has opened again since holds a new value."""
    streams = ledger.reading.read(identifiers)
    closed = [key for key in identifiers if closed_since(streams[key]) is not None]
    with ledger.reading.connection() as connection:
        states = cleared(connection, position)
        left = counted(connection, GOING, contacts, closed)
    reached = {"contact_search": "all_contacts"}
    copies = []
    for name in sorted({*states, *left}):
        taken, at = states[reached.get(name, name)]
        how = "rows with values deleted or emptied" if name in left else "holds no values: took the erasure in"
        copies.append(_copy(f"table {name}", left.get(name, 0), at, how, waiting=not taken))
    return copies


def _topics(ledger: Service, position: int) -> list[Copy]:
    with ledger.reading.connection() as connection:
        statuses_at = published_at(connection, position)
        announced = reached(connection, f"publisher/{EVENTS}")
    told = "holds no values; the erasure is announced there"
    gone = "holds no values; a tombstone for each status"
    return [
        _copy(f"topic {EVENTS}", 0, None, told, waiting=announced < position),
        _copy(f"topic {STATUS}", 0, statuses_at, gone, waiting=statuses_at is None),
    ]


def _remaining(ledger: Service, identifiers: list[UUID], contacts: list[UUID], position: int) -> list[Remaining]:
    streams = ledger.reading.read([*identifiers, *contacts], upto=position)
    events = [event for stream in streams.values() for event in stream]
    standing = sum(isinstance(event.body, OptedOut | HoldPlaced | Complained) for event in events)
    return [
        Remaining(
            what="keyed ids of identifiers and contacts",
            count=len(streams),
            why="they name nobody without the address; by them the opt-out is found when the address comes again",
        ),
        Remaining(
            what="opt-outs, holds and complaints",
            count=standing,
            why="erasure must not make anybody sendable (GDPR Art. 17(3)(b), 21(3))",
        ),
        Remaining(
            what="events in the log, without what was sealed",
            count=len(events),
            why="proof of what was done and when (Art. 5(2)); what was sealed opens no more",
        ),
        Remaining(
            what="files written elsewhere, inbound topics, backups",
            count=None,
            why="out of the ledger's reach: docs/erasure.md says who clears them and how",
        ),
    ]
