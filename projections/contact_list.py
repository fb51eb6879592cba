"""Reading `all_contacts`: the list, its search and filters, and one person. Paging is by key, never by offset."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, Final
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import class_row

from projections.all_contacts import marked
from projections.contact_query import (
    CONTACT,
    FROM,
    LOOK_UP,
    LOOK_UP_IN_INDEX,
    PAGE,
    SEARCH,
    TRIGRAMS,
    Filter,
    Query,
    Ranking,
    everyone,
    found_by_text,
    is_few,
    plain,
    query_of,
)
from projections.criteria.criterion import Known
from projections.criteria.finding import BRIEF, STRETCH, STRETCH_IN_INDEX, lead, patience

RANKED_BY: Final[Mapping[Ranking, str]] = {
    "updated": "last_updated",
    "created": "created_at",
    "earliest": "created_at",
    "deleted": "deleted_at",
}
"""The column of each ranking (Y29): newest first, but `earliest` is by creation, oldest first."""
HOLDS: Final = ("banned", "blocked", "paused")
PATIENCE: Final = 3.0
"""Seconds that a page found by criteria may take in the database."""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A row as it is read."""

    id: UUID
    organization: str
    contact_ids: list[UUID]
    identifier_ids: list[UUID]
    name: str | None
    first_name: str | None
    last_name: str | None
    emails: list[str]
    phones: list[str]
    external_ids: list[str]
    type: str
    purchased_at: datetime | None
    subscriptions: dict[str, dict[str, str]]
    profile: dict[str, Any]
    created_at: datetime
    created_method: str
    created_source: str
    last_updated: datetime
    deleted: bool
    deleted_at: datetime | None
    changes_at: datetime | None
    marks: list[str]

    @property
    def holds(self) -> list[str]:
        """The holds that its identifiers are under, at some place at least; the most serious first."""
        return [hold for hold in HOLDS if marked(self.organization, hold) in self.marks]


_SELECT = """
SELECT c.id, c.organization, c.contact_ids, c.identifier_ids, c.name, c.first_name, c.last_name, c.emails, c.phones,
       c.external_ids, c.type, c.purchased_at, c.subscriptions, c.profile, c.created_at, c.created_method,
       c.created_source, c.last_updated, c.deleted, c.deleted_at, c.changes_at, c.marks
"""
_IDS = "SELECT c.id\n"
_ORDERS: Final[Mapping[Ranking, str]] = {
    ranking: f"ORDER BY c.{column}, c.id\n" if ranking == "earliest" else f"ORDER BY c.{column} DESC, c.id DESC\n"
    for ranking, column in RANKED_BY.items()
}
_LIMIT = "LIMIT %(limit)s\n"
_PAGES: Final[Mapping[Ranking, str]] = {ranking: f"{order}{_LIMIT}" for ranking, order in _ORDERS.items()}
_PAGES_AFTER: Final[Mapping[Ranking, str]] = {
    ranking: f"AND (c.{column}, c.id) {'>' if ranking == 'earliest' else '<'} (%(moment)s::timestamptz, %(id)s)\n"
    f"{_PAGES[ranking]}"
    for ranking, column in RANKED_BY.items()
}
_STRETCH = ("FROM (SELECT c.* FROM all_contacts c\n", ") c WHERE true\n")
"""As FROM: the rows of the list that come next, fit or not."""
_IN_INDEX = (
    "FROM (SELECT c.id, c.last_updated, c.created_at, c.consented_at, c.signs FROM all_contacts c\n",
    ") w JOIN all_contacts c USING (id)\nWHERE ",
)
"""As FROM: the same from the list's index alone, and of those the rows who may fit."""
_IN_INDEX_ORDER = "ORDER BY w.last_updated DESC, w.id DESC\n"
_SELDOM: Final = 10
"""Rows of the list that are walked past for one who fits, from where on its index is asked first who may."""
_CHOSEN = (f"FROM (SELECT s.id {SEARCH}", ") AS chosen JOIN all_contacts c USING (id)\n")
"""As FROM: those of a page whom an index leads to, put in order before any row of the list is looked up."""
_ONE = "WHERE c.organization = %(organization)s\n" + CONTACT
_MANY = "WHERE c.organization = %(organization)s AND c.id = ANY(%(ids)s)"


def contacts(
    connection: Connection[Any],
    organization: str,
    asked: Filter | None = None,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
    seconds: float | None = None,
    known: Known | None = None,
) -> list[ContactRow]:
    """People, last updated first (L11) or as they are ranked; the next page is `after` the last row's `place`.

    Raises ValueError where `search` is too short, those are to be ranked by deletion who are not deleted, or
    `criteria` take longer than `seconds`. `known`: of the same people, for counting them.
    """
    asked = plain(organization, asked or Filter())
    if asked.ranked == "deleted" and not asked.deleted:
        raise ValueError("ranked: only the deleted are ranked by deletion; ask for them with `deleted`")
    if asked.deleted is None:
        each = [replace(asked, deleted=deleted) for deleted in (False, True)]
        how: dict[str, Any] = {"after": after, "limit": limit, "seconds": seconds, "known": known}
        found = [contacts(connection, organization, one, **how) for one in each]
        oldest_first = asked.ranked == "earliest"
        listed = merge(*found, key=lambda row: place(row, asked.ranked), reverse=not oldest_first)
        return list(islice(listed, limit))
    query = query_of(connection, organization, asked, known)
    query.values["limit"] = limit
    if after is not None:
        query.values["moment"], query.values["id"] = after
    page = (_PAGES if after is None else _PAGES_AFTER)[asked.ranked]
    with patience(connection, seconds) if asked.criteria is not None else nullcontext():
        return _page(connection, query, asked, page, limit)


def _page(connection: Connection[Any], query: Query, asked: Filter, page: str, limit: int) -> list[ContactRow]:
    """From those an index leads to; where they are many, from a stretch of the list if it will do."""
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    found, walked, there = None, False, 0
    if query.joined or query.criteria or query.people is not None:
        there = everyone(connection, query.asking, asked.deleted)
    if query.searched is not None and asked.mark is None and asked.criteria is None:
        found_by_it = found_by_text(connection, query, query.searched)
        walked = not is_few(found_by_it, there, begin=TRIGRAMS)
    elif asked.criteria is not None and not query.few:
        if query.in_index is not None and query.alone is None:
            rows = _walk(cursor, query, page, BRIEF)
            if len(rows) == limit:
                query.asking.known.fits = there * limit / BRIEF
            if len(rows) == limit or there <= BRIEF:
                return rows
        found = lead(connection, asked.criteria, query.asking)
        query.people = found.people if found is not None and found.exact else None
        look_up = LOOK_UP if query.in_index is None else LOOK_UP_IN_INDEX
        walked = found is None or not is_few(found.people, there, look_up)
    in_index = query.in_index is not None and _SELDOM * (query.people or 0) < there
    if walked or (asked.criteria is None and in_index and not query.few):
        stretch = STRETCH_IN_INDEX if in_index else STRETCH
        rows = _walk(cursor, query, page, stretch, None if in_index else asked.ranked)
        if len(rows) == limit or there <= stretch:
            return rows
    if query.alone is not None and (query.few or found is not None):
        these = (query.alone + page.replace("c.", "s.")).join(_CHOSEN) + _ORDERS[asked.ranked]
    else:
        query.led_by(found)
        these = FROM + query.joined + query.listed + query.conditions + query.criteria + page
    return cursor.execute(_SELECT + these, query.values, prepare=False).fetchall()


def _walk(
    cursor: Cursor[ContactRow], query: Query, page: str, stretch: int, ranked: Ranking | None = None
) -> list[ContactRow]:
    """Those who fit in a stretch of the list: of all its rows, so `ranked`, or of who may fit by its index."""
    next_rows = query.listed + page.replace("%(limit)s", "%(stretch)s")
    if ranked is None:
        these, order = f"{next_rows.join(_IN_INDEX)}{query.in_index}\n", _IN_INDEX_ORDER
    else:
        these, order = next_rows.join(_STRETCH), _ORDERS[ranked]
    text = _SELECT + these + query.in_rows + query.criteria + order + _LIMIT
    return cursor.execute(text, {**query.values, "stretch": stretch}, prepare=False).fetchall()


def place(row: ContactRow, ranked: Ranking) -> tuple[datetime, UUID]:
    """Where a row stands in the list, to go on after it."""
    moment: datetime = getattr(row, RANKED_BY[ranked])
    return moment, row.id


def contact(connection: Connection[Any], organization: str, contact_id: UUID) -> ContactRow | None:
    """The person behind a contact id, alias or not; None where there is none, or it was erased."""
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    return cursor.execute(_SELECT + FROM + _ONE, {"organization": organization, "contact": contact_id}).fetchone()


def people(connection: Connection[Any], organization: str, ids: Sequence[UUID]) -> list[ContactRow]:
    """These people, by the ids they have now, in no order; who is not there is left out."""
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    return cursor.execute(_SELECT + FROM + _MANY, {"organization": organization, "ids": list(ids)}).fetchall()


def every_id(connection: Connection[Any], organization: str, asked: Filter) -> Iterator[UUID]:
    """Everyone who fits at one moment, in no order, portion by portion. Raises ValueError as `contacts` does."""
    deleted = (False, True) if asked.deleted is None else (asked.deleted,)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for one in [replace(asked, deleted=each) for each in deleted]:
            query = query_of(connection, organization, one)
            if one.criteria is not None and not query.few:
                query.led_by(lead(connection, one.criteria, query.asking))
            text = _IDS + FROM + query.joined + query.listed + query.conditions + query.criteria
            with connection.cursor("every_id") as cursor:
                cursor.execute(text, query.values)
                while rows := cursor.fetchmany(10_000):
                    yield from (row[0] for row in rows)
