"""Messages that were not taken: why, and the message itself sealed under a key of its own for 30 days."""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import orjson
from psycopg import Connection
from psycopg.rows import class_row

from ledger.acts.act import Rejection
from ledger.errors import KeyDestroyed, NotFound
from ledger.events.stored import join_state
from ledger.ids import Ids
from ledger.store.keyring import Keyring

KEPT = timedelta(days=30)
LONGEST_TEXT = 500
NEVER_KEPT = frozenset({"erased"})
"""Reasons without a payload: the message names somebody who asked to be erased, and no replay would take it."""
State = Literal["open", "replayed", "dropped"]

_SELECT = """
SELECT id, organization, source, reason, detail, origin, received_at, rejected_at, expires_at, state,
       settled_at, settled_by, mended
FROM rejections
"""
_INSERT = """
INSERT INTO rejections (id, organization, source, reason, detail, origin, received_at, rejected_at,
                        expires_at, identifier_ids, wrapped, payload)
SELECT id, organization, source, reason, detail, origin, received_at, %s, %s, identifier_ids::uuid[],
       nullif(wrapped, ''), nullif(payload, '')
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
            %b::bytea[], %b::bytea[])
  AS r (id, organization, source, reason, detail, origin, received_at, identifier_ids, wrapped, payload)
ON CONFLICT (id) DO NOTHING
"""
_MOST_AT_ONCE = 500
_LARGEST_AT_ONCE = 8 * 1024 * 1024
"""Rows and bytes of one statement."""
_LIST = (
    _SELECT
    + """
WHERE (%(organization)s::text IS NULL OR organization = %(organization)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(source)s::text IS NULL OR source = %(source)s)
  AND (%(since)s::timestamptz IS NULL OR rejected_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR rejected_at < %(until)s)
  AND (%(at)s::timestamptz IS NULL OR (rejected_at, id) < (%(at)s, %(id)s))
ORDER BY rejected_at DESC, id DESC LIMIT %(limit)s
"""
)
_GET = _SELECT + "WHERE id = %s"
_SOURCES = """
WITH RECURSIVE named AS (
    (SELECT source FROM rejections WHERE organization = %(organization)s AND state = %(state)s
     AND source IS NOT NULL ORDER BY source LIMIT 1)
    UNION ALL
    SELECT (SELECT r.source FROM rejections r WHERE r.organization = %(organization)s AND r.state = %(state)s
            AND r.source > named.source ORDER BY r.source LIMIT 1)
    FROM named WHERE named.source IS NOT NULL
)
SELECT source FROM named WHERE source IS NOT NULL LIMIT %(most)s
"""
"""Steps from one producer to the next by the index, however many rejections each has."""
_COUNTS = """
WITH RECURSIVE named AS (
    (SELECT reason FROM rejections WHERE organization = %(organization)s AND state = %(state)s
     ORDER BY reason LIMIT 1)
    UNION ALL
    SELECT (SELECT r.reason FROM rejections r WHERE r.organization = %(organization)s AND r.state = %(state)s
            AND r.reason > named.reason ORDER BY r.reason LIMIT 1)
    FROM named WHERE named.reason IS NOT NULL
)
SELECT reason, (
    SELECT count(*) FROM (
        SELECT FROM rejections r
        WHERE r.organization = %(organization)s AND r.state = %(state)s AND r.reason = named.reason LIMIT %(most)s
    ) AS counted
) FROM named WHERE reason IS NOT NULL
"""
"""Likewise from one reason to the next, each counted no further than needed."""
_REASONS = """
SELECT reason, organization IS NOT NULL AS own, count(*) AS number, max(rejected_at) AS latest
FROM (SELECT reason, organization, rejected_at FROM rejections WHERE rejected_at > %(since)s
      ORDER BY rejected_at DESC LIMIT %(most)s) AS since
WHERE organization = %(organization)s OR organization IS NULL
GROUP BY 1, 2 ORDER BY number DESC, reason, own
"""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of the table, without its payload."""

    id: UUID
    organization: str | None
    source: str | None
    reason: str
    detail: str
    origin: str | None
    received_at: datetime
    rejected_at: datetime
    expires_at: datetime
    state: State
    settled_at: datetime | None
    settled_by: str | None
    mended: bool


@dataclass(frozen=True, slots=True)
class Payload:
    """The message as it came."""

    headers: tuple[tuple[str, bytes], ...]
    value: bytes


def insert(
    connection: Connection[Any], keyring: Keyring, ids: Ids, rejections: Sequence[Rejection], at: datetime
) -> list[UUID]:
    """Writes one row each and returns their ids. The same message for the same reason is one row."""
    rows = [_row(keyring, ids, rejection) for rejection in rejections]
    for portion in _portions(rows):
        connection.execute(_INSERT, (at, at + KEPT, *map(list, zip(*portion, strict=True))))
    return [row[0] for row in rows]


def _row(keyring: Keyring, ids: Ids, rejection: Rejection) -> tuple[Any, ...]:
    """As _INSERT takes it; without payload where that is never kept."""
    rejection_id = _id_of(rejection, ids)
    said = (
        rejection_id,
        _plain(rejection.organization),
        _plain(rejection.source),
        rejection.reason,
        _plain(rejection.detail),
        _plain(rejection.origin),
        rejection.received_at,
    )
    if rejection.reason in NEVER_KEPT:
        return *said, "{}", b"", b""
    key = keyring.new_key(rejection_id, 1)
    known = [
        ids.identifier(rejection.organization, given.kind, given.value)
        for given in rejection.identifiers
        if rejection.organization is not None
    ]
    named = ",".join(map(str, (*known, *rejection.contacts)))
    return *said, f"{{{named}}}", key.wrapped, key.seal(_framed(rejection), rejection_id.bytes)


def _portions(rows: Sequence[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in portions of bearable size: under the writer lock, a row a statement is a millisecond each."""
    portion: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(row[-1])
        if len(portion) == _MOST_AT_ONCE or size >= _LARGEST_AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def listed(
    connection: Connection[Any],
    *,
    organization: str | None = None,
    state: State | None = None,
    reason: str | None = None,
    source: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Rejected | None = None,
    limit: int = 100,
) -> list[Rejected]:
    """Newest first; the next page is `after` the last row of this one. `since`, `until`: when it was rejected."""
    asked = {
        "organization": organization,
        "state": state,
        "reason": reason,
        "source": source,
        "since": since,
        "until": until,
        "at": after.rejected_at if after else None,
        "id": after.id if after else None,
        "limit": limit,
    }
    return connection.cursor(row_factory=class_row(Rejected)).execute(_LIST, asked, prepare=False).fetchall()


def counts(connection: Connection[Any], organization: str, state: State, most: int) -> dict[str, int]:
    """Reason → how many rejections of the organization and state it has, counted no further than `most`."""
    asked = {"organization": organization, "state": state, "most": most}
    return dict(connection.execute(_COUNTS, asked, prepare=False))


def sources(connection: Connection[Any], organization: str, state: State, most: int = 200) -> list[str]:
    """The producers of the organization's rejections of a state, by name."""
    asked = {"organization": organization, "state": state, "most": most}
    return [source for (source,) in connection.execute(_SOURCES, asked, prepare=False)]


def count_since(connection: Connection[Any], at: datetime, most: int) -> int:
    """How many were rejected after a moment, counted no further than `most`."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM rejections WHERE rejected_at > %s LIMIT %s) AS since", (at, most)
    ).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Reason:
    """So many were rejected for this reason. `own`: they named the organization, others named none."""

    reason: str
    own: bool
    number: int
    latest: datetime


def reasons(connection: Connection[Any], organization: str, since: datetime, most: int) -> list[Reason]:
    """Why messages were rejected since a moment, of the latest `most` of all organizations; most frequent first."""
    asked = {"organization": organization, "since": since, "most": most}
    return connection.cursor(row_factory=class_row(Reason)).execute(_REASONS, asked).fetchall()


def get(connection: Connection[Any], rejection_id: UUID) -> Rejected:
    """One row. Raises NotFound."""
    row = connection.cursor(row_factory=class_row(Rejected)).execute(_GET, (rejection_id,)).fetchone()
    if row is None:
        raise NotFound("there is no rejection of this id")
    return row


def payload(connection: Connection[Any], keyring: Keyring, rejection_id: UUID) -> Payload:
    """The message as it came. Raises NotFound, and KeyDestroyed once it has expired or was erased."""
    row = connection.execute("SELECT wrapped, payload FROM rejections WHERE id = %s", (rejection_id,)).fetchone()
    if row is None:
        raise NotFound("there is no rejection of this id")
    wrapped, sealed = row
    if wrapped is None or sealed is None:
        raise KeyDestroyed("the payload of this rejection has expired or was erased")
    plain = keyring.unwrap(rejection_id, 1, wrapped).open(sealed, rejection_id.bytes)
    length = int.from_bytes(plain[:4], "big")
    headers = orjson.loads(plain[4 : 4 + length])
    return Payload(tuple((name, b64decode(value)) for name, value in headers), plain[4 + length :])


def settle(
    connection: Connection[Any],
    rejection_ids: Collection[UUID],
    state: State,
    *,
    by: str | None = None,
    mended: bool = False,
) -> None:
    """Marks rows as replayed, dropped, or open again. `by`: who did it; `mended`: another message was taken."""
    connection.execute(
        "UPDATE rejections SET state = %(state)s, settled_by = %(by)s, mended = %(mended)s,"
        " settled_at = CASE WHEN %(state)s = 'open' THEN NULL ELSE clock_timestamp() END WHERE id = ANY(%(ids)s)",
        {"state": state, "by": by, "mended": mended, "ids": list(rejection_ids)},
    )


def purge_expired(connection: Connection[Any], at: datetime) -> int:
    """Destroys the payloads that have expired by `at`, returns how many; rows and reasons stay."""
    return connection.execute(
        "UPDATE rejections SET wrapped = NULL, payload = NULL, identifier_ids = '{}'"
        " WHERE payload IS NOT NULL AND expires_at <= %s",
        (at,),
    ).rowcount


def count_naming(
    connection: Connection[Any], stream_ids: Collection[UUID], *, before: datetime | None = None
) -> int:
    """How many kept payloads name any of these identifiers or contacts; `before`: of those rejected by then."""
    row = connection.execute(
        "SELECT count(*) FROM rejections WHERE payload IS NOT NULL AND identifier_ids && %s"
        " AND rejected_at <= coalesce(%s::timestamptz, 'infinity')",
        (list(stream_ids), before),
    ).fetchone()
    assert row is not None
    return int(row[0])


def naming(connection: Connection[Any], stream_ids: Collection[UUID]) -> list[tuple[Rejected, bool]]:
    """Rejections whose kept payload names any of these identifiers or contacts, and whether it names no others."""
    found = connection.execute(
        "SELECT id, identifier_ids <@ %(ids)s::uuid[] FROM rejections"
        " WHERE payload IS NOT NULL AND identifier_ids && %(ids)s::uuid[] ORDER BY rejected_at, id",
        {"ids": list(stream_ids)},
    ).fetchall()
    return [(get(connection, rejection_id), alone) for rejection_id, alone in found]


def forget(connection: Connection[Any], identifier_ids: Collection[UUID]) -> int:
    """Destroys the payloads that name any of these identifiers and returns how many."""
    return connection.execute(
        "UPDATE rejections SET wrapped = NULL, payload = NULL, identifier_ids = '{}'"
        " WHERE payload IS NOT NULL AND identifier_ids && %s",
        (list(identifier_ids),),
    ).rowcount


def _id_of(rejection: Rejection, ids: Ids) -> UUID:
    """A message that is read twice from one place is rejected once; without a place each time is its own."""
    if rejection.origin is None:
        return uuid4()
    return ids.derived(UUID(int=0), "rejection", rejection.origin, rejection.reason, rejection.detail)


def _framed(rejection: Rejection) -> bytes:
    headers = orjson.dumps([(name, b64encode(value).decode()) for name, value in rejection.headers])
    return join_state(headers, rejection.payload)


def _plain(text: str | None) -> str | None:
    """Text of a message nobody has checked, as PostgreSQL takes it: no NUL, no half character, not long."""
    if text is None:
        return None
    return text[:LONGEST_TEXT].replace("\0", "\ufffd").encode("utf-8", "replace").decode()
