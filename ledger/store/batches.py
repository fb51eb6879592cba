"""`batches`: what is to be done to many, on frozen lists; how far each has come (Y5, Y6, decision 036)."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

State = Literal["looking", "waiting", "running", "done", "withdrawn", "expired"]
STATES: Final[tuple[State, ...]] = get_args(State)
PersonState = Literal["change", "already", "refused", "done", "failed"]
PERSON_STATES: Final[tuple[PersonState, ...]] = get_args(PersonState)


@dataclass(frozen=True, slots=True)
class Batch:
    """A row. `words` and `approval` are sealed; `digest` is empty until the list is frozen, `changes` None until
    everybody on it was looked at.
    """

    id: UUID
    organization: str
    action: str
    channel: str
    scope: str
    address: str
    words: str
    digest: str
    people: int
    changes: int | None
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    looked_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    approval: str | None
    finished_at: datetime | None

    def state(self, now: datetime) -> State:
        """How far it is."""
        if self.approved_at is not None:
            return "done" if self.finished_at is not None else "running"
        if self.finished_at is not None and self.finished_at < self.expires_at:
            return "withdrawn"
        if self.expires_at <= now:
            return "expired"
        return "looking" if self.looked_at is None else "waiting"


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch that is asked for: what, by whom, until when it may be approved."""

    id: UUID
    organization: str
    action: str
    channel: str
    scope: str
    address: str
    words: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a list and what became of it; `state` None: not looked at yet."""

    contact: UUID
    state: PersonState | None
    why: str | None = None


_OPEN = "SELECT FROM batches WHERE id = %s AND finished_at IS NULL AND digest = '' FOR UPDATE"
_KEEP = """
INSERT INTO batches (id, organization, action, channel, scope, address, words, asked_by, asked_at, expires_at)
VALUES (%(id)s, %(organization)s, %(action)s, %(channel)s, %(scope)s, %(address)s, %(words)s, %(asked_by)s,
        %(asked_at)s, %(expires_at)s)
"""
_LISTED = """
UPDATE batches SET (people, digest) = (
    SELECT count(*), encode(sha256(coalesce(string_agg(uuid_send(contact), ''::bytea ORDER BY contact), '')), 'hex')
    FROM batch_people WHERE batch = %(id)s
) WHERE id = %(id)s
"""
_ONE = "SELECT * FROM batches WHERE organization = %s AND id = %s"
PAGE: Final = """
SELECT * FROM batches
WHERE organization = %(organization)s AND (asked_at, id) < (%(moment)s::timestamptz, %(id)s)
ORDER BY asked_at DESC, id DESC LIMIT %(limit)s
"""
UNFINISHED: Final = """
SELECT * FROM batches
WHERE finished_at IS NULL AND (looked_at IS NULL OR approved_at IS NOT NULL OR expires_at <= %s) ORDER BY asked_at
"""
_APPROVE = """
UPDATE batches SET approved_by = %(by)s, approved_at = %(at)s, approval = %(approval)s
WHERE id = %(id)s AND looked_at IS NOT NULL AND approved_at IS NULL AND finished_at IS NULL AND expires_at > %(at)s
RETURNING id
"""
_LOOKED = """
UPDATE batches SET looked_at = %(at)s, changes = coalesce(
    (SELECT people FROM batch_counts WHERE batch = %(id)s AND state = 'change' AND why = ''), 0)
WHERE id = %(id)s AND looked_at IS NULL
"""
_GIVE_UP = """
UPDATE batches SET finished_at = %(at)s WHERE id = %(id)s AND approved_at IS NULL AND finished_at IS NULL
RETURNING id
"""
_MOVE = """
WITH moved AS (
    UPDATE batch_people p SET state = v.state, why = v.why
    FROM unnest(%(contacts)s::uuid[], %(states)s::text[], %(whys)s::text[]) AS v (contact, state, why)
    WHERE p.batch = %(batch)s AND p.contact = v.contact AND p.state IS NOT DISTINCT FROM %(from)s::text
    RETURNING v.state, coalesce(v.why, '') AS why
), counted AS (
    SELECT state, why, count(*) AS people FROM moved GROUP BY state, why
    UNION ALL
    SELECT %(from)s::text, '', -count(*) FROM moved WHERE %(from)s::text IS NOT NULL
)
INSERT INTO batch_counts AS c SELECT %(batch)s, state, why, people FROM counted WHERE people <> 0
ON CONFLICT (batch, state, why) DO UPDATE SET people = c.people + excluded.people
"""
_NEXT: Final = "SELECT contact FROM batch_people WHERE batch = %(batch)s AND contact > %(after)s AND "
_ORDER: Final = " ORDER BY contact LIMIT %(limit)s"
UNSEEN: Final = _NEXT + "state IS NULL" + _ORDER
TO_DO: Final = _NEXT + "state = 'change'" + _ORDER
_MEMBERS: Final = "SELECT contact, state, why FROM batch_people WHERE batch = %(batch)s AND contact > %(after)s"
MEMBERS: Final = _MEMBERS + _ORDER
MEMBERS_IN: Final = _MEMBERS + " AND state = %(state)s" + _ORDER
_COUNTS = "SELECT state, why, people FROM batch_counts WHERE batch = %s AND people > 0 ORDER BY people DESC, why"
_LOCK: Final = 0x62617463
_NOBODY: Final = UUID(int=0)


def keep(connection: Connection[Any], asked: Asked, people: Iterable[UUID] | None) -> None:
    """Keeps the batch with its list, each person once, in one transaction; None: the list is to be filled yet."""
    with connection.transaction():
        connection.execute(_KEEP, {name: getattr(asked, name) for name in Asked.__slots__})
        if people is not None:
            fill(connection, asked.id, people)


def fill(connection: Connection[Any], batch_id: UUID, people: Iterable[UUID]) -> bool:
    """Freezes the list, whole or not at all; False where the batch was given up before."""
    with connection.transaction():
        if connection.execute(_OPEN, (batch_id,)).fetchone() is None:
            return False
        with connection.cursor().copy("COPY batch_people (batch, contact) FROM STDIN (FORMAT binary)") as rows:
            rows.set_types(("uuid", "uuid"))
            for person in people:
                rows.write_row((batch_id, person))
        connection.execute(_LISTED, {"id": batch_id})
    return True


def batch(connection: Connection[Any], organization: str, batch_id: UUID) -> Batch | None:
    """One batch of the organization; None where it has none of this id."""
    return connection.cursor(row_factory=class_row(Batch)).execute(_ONE, (organization, batch_id)).fetchone()


def batches(
    connection: Connection[Any], organization: str, *, after: tuple[datetime, UUID] | None = None, limit: int
) -> list[Batch]:
    """The organization's batches, the latest asked for first; the next page is `after` the last one's place."""
    moment, last = after or ("infinity", _NOBODY)
    asked = {"organization": organization, "moment": moment, "id": last, "limit": limit}
    return connection.cursor(row_factory=class_row(Batch)).execute(PAGE, asked).fetchall()


def unfinished(connection: Connection[Any], now: datetime) -> list[Batch]:
    """Those of all organizations on which there is something to do without anybody: to look, to act, to empty."""
    return connection.cursor(row_factory=class_row(Batch)).execute(UNFINISHED, (now,)).fetchall()


def approve(connection: Connection[Any], batch_id: UUID, at: datetime, *, by: str, approval: str) -> bool:
    """Marks it as approved; False where somebody was faster, it has ended, or not everybody was looked at."""
    asked = {"id": batch_id, "at": at, "by": by, "approval": approval}
    return connection.execute(_APPROVE, asked).fetchone() is not None


def give_up(connection: Connection[Any], batch_id: UUID, at: datetime) -> bool:
    """Ends a batch that was not approved, and empties its list; False where it was approved or has ended."""
    with connection.transaction():
        if connection.execute(_GIVE_UP, {"id": batch_id, "at": at}).fetchone() is None:
            return False
        connection.execute("DELETE FROM batch_people WHERE batch = %s", (batch_id,))
        return True


def looked(connection: Connection[Any], batch_id: UUID, at: datetime) -> None:
    """Notes that everybody was looked at, and how many would change."""
    connection.execute(_LOOKED, {"id": batch_id, "at": at})


def finish(connection: Connection[Any], batch_id: UUID, at: datetime) -> None:
    """Notes that everything approved is done."""
    connection.execute("UPDATE batches SET finished_at = %s WHERE id = %s AND finished_at IS NULL", (at, batch_id))


def move(connection: Connection[Any], batch_id: UUID, members: Sequence[Member], *, was: str | None) -> None:
    """Notes what became of people that were in the state `was`, and counts them there; again is harmless."""
    columns = {
        "contacts": [one.contact for one in members],
        "states": [one.state for one in members],
        "whys": [one.why for one in members],
    }
    connection.execute(_MOVE, {"batch": batch_id, "from": was, **columns})


def unseen(connection: Connection[Any], batch_id: UUID, *, after: UUID, limit: int) -> list[UUID]:
    """People of the list that were not looked at yet, in the order of ids."""
    return _ids(connection, UNSEEN, batch_id, after, limit)


def to_do(connection: Connection[Any], batch_id: UUID, *, after: UUID, limit: int) -> list[UUID]:
    """People that would change and were not acted on yet, in the order of ids."""
    return _ids(connection, TO_DO, batch_id, after, limit)


def members(
    connection: Connection[Any], batch_id: UUID, *, state: str | None = None, after: UUID | None = None, limit: int
) -> list[Member]:
    """People of the list in the order of ids; `state`: only those in it."""
    asked = {"batch": batch_id, "state": state, "after": after or _NOBODY, "limit": limit}
    cursor = connection.cursor(row_factory=class_row(Member))
    return cursor.execute(MEMBERS if state is None else MEMBERS_IN, asked).fetchall()


def counts(connection: Connection[Any], batch_id: UUID) -> list[tuple[PersonState, str, int]]:
    """(state, why, people) of those that were looked at, the most first."""
    return connection.execute(_COUNTS, (batch_id,)).fetchall()


@contextmanager
def held(connection: Connection[Any], batch_id: UUID) -> Iterator[bool]:
    """Whether this session alone works on the batch meanwhile. The lock goes with the session that dies."""
    key = (_LOCK, batch_id.int & 0x7FFFFFFF)
    row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone()
    if row is None or not row[0]:
        yield False
        return
    try:
        yield True
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _ids(connection: Connection[Any], query: str, batch_id: UUID, after: UUID, limit: int) -> list[UUID]:
    rows = connection.execute(query, {"batch": batch_id, "after": after, "limit": limit})
    return [row[0] for row in rows]
