"""Reading `all_contacts`: the list, its search and filters, and one person. Paging is by key, never by offset."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
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
from projections.criteria.finding import BRIEF, STRETCH, STRETCH_IN_INDEX, Lead, lead, patience

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
        those = partial(contacts, connection, organization, after=after, limit=limit, seconds=seconds, known=known)
        found = [those(one) for one in each]
        oldest_first = asked.ranked == "earliest"
        listed = merge(*found, key=lambda row: place(row, asked.ranked), reverse=not oldest_first)
        return list(islice(listed, limit))
    query = query_of(connection, organization, asked, known)
    query.values["limit"] = limit
    if after is not None:
        query.values["moment"], query.values["id"] = after
    page = (_PAGES if after is None else _PAGES_AFTER)[asked.ranked]
    with patience(connection, seconds) if asked.criteria is not None else nullcontext():
        return _found(connection, query, asked, page, limit)


@dataclass(slots=True)
class _Page:
    """A page of the list, and five ways to find it: all find the same people, at very different cost.

    Where many fit, enough stand in the first stretch of the list, so that is walked: of it, who may fit by its
    index (`glance`, `walk_index`), or all rows (`walk_rows`). These give None where they end with too few.

    Where few fit an index leads to all of them, and they are put in order: before any row is looked up
    (`order_first`) or after (`look_up_first`). That one is also the way of a page of nobody in particular.
    """

    cursor: Cursor[ContactRow]
    query: Query
    ranked: Ranking
    page: str
    """Its order, where it begins, and how long it is."""
    limit: int
    there: int
    """How many people it is a page of, fit or not; 0 where nobody asked."""

    def glance(self) -> list[ContactRow] | None:
        """Walks as many entries of the list's index as reckoning who fits would cost, and keeps how many fitted."""
        rows = self._in_index(BRIEF)
        if rows is not None and len(rows) == self.limit:
            self.query.asking.known.fits = self.there * self.limit / BRIEF
        return rows

    def walk_index(self) -> list[ContactRow] | None:
        """Walks the list's index, and looks only at the rows of who may fit."""
        return self._in_index(STRETCH_IN_INDEX)

    def walk_rows(self) -> list[ContactRow] | None:
        """Walks the rows of the list."""
        return self._walked(self._next(STRETCH).join(_STRETCH), _ORDERS[self.ranked], STRETCH)

    def order_first(self) -> list[ContactRow]:
        """Those whom an index leads to, put in order in `contact_search`: only a page of them is looked up."""
        assert self.query.alone is not None
        chosen = self.query.alone + self.page.replace("c.", "s.")
        return self._read(chosen.join(_CHOSEN) + _ORDERS[self.ranked])

    def look_up_first(self, led: Lead | None) -> list[ContactRow]:
        """Those whom an index leads to, if one does, looked up in the list and put in order there."""
        query = self.query
        query.led_by(led)
        return self._read(FROM + query.joined + query.listed + query.conditions + query.criteria + self.page)

    def _in_index(self, stretch: int) -> list[ContactRow] | None:
        may_fit = f"{self._next(stretch).join(_IN_INDEX)}{self.query.in_index}\n"
        return self._walked(may_fit, _IN_INDEX_ORDER, stretch)

    def _next(self, stretch: int) -> str:
        self.query.values["stretch"] = stretch
        return self.query.listed + self.page.replace("%(limit)s", "%(stretch)s")

    def _walked(self, these: str, order: str, stretch: int) -> list[ContactRow] | None:
        rows = self._read(these + self.query.in_rows + self.query.criteria + order + _LIMIT)
        return rows if len(rows) == self.limit or self.there <= stretch else None

    def _read(self, these: str) -> list[ContactRow]:
        return self.cursor.execute(_SELECT + these, self.query.values, prepare=False).fetchall()


def _found(connection: Connection[Any], query: Query, asked: Filter, page: str, limit: int) -> list[ContactRow]:
    """Chooses the way that should cost least, by what is counted and what the planner reckons."""
    counted = query.joined or query.criteria or query.people is not None
    there = everyone(connection, query.asking, asked.deleted) if counted else 0
    one = _Page(connection.cursor(row_factory=class_row(ContactRow)), query, asked.ranked, page, limit, there)
    led, many = None, False
    if query.searched is not None and asked.mark is None and asked.criteria is None:
        many = not is_few(found_by_text(connection, query, query.searched), there, begin=TRIGRAMS)
    elif asked.criteria is not None and not query.few:
        if query.in_index is not None and query.alone is None and (rows := one.glance()) is not None:
            return rows
        led = lead(connection, asked.criteria, query.asking)
        query.people = led.people if led is not None and led.exact else None
        look_up = LOOK_UP if query.in_index is None else LOOK_UP_IN_INDEX
        many = led is None or not is_few(led.people, there, look_up)
    in_index = query.in_index is not None and _SELDOM * (query.people or 0) < there
    if many or (asked.criteria is None and in_index and not query.few):
        rows = one.walk_index() if in_index else one.walk_rows()
        if rows is not None:
            return rows
    if query.alone is not None and (query.few or led is not None):
        return one.order_first()
    return one.look_up_first(led)


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
