"""Reading `all_contacts`: the list, its search and filters, and one person. Paging is by key, never by offset."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from projections import counters
from projections.all_contacts import marked
from projections.criteria import tree
from projections.criteria.criterion import Asking
from projections.criteria.finding import STRETCH, patience, those
from projections.criteria.tree import Node
from projections.people import MARKS, MARKS_SAID

COUNTED_TO: Final = 10_000
PAGE: Final = 50
SHORTEST: Final = 3
"""A search needs so many characters: shorter parts have no trigram to be found by."""
Ranking = Literal["updated", "created", "earliest", "deleted"]
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
_NUMBER = re.compile(r"[+\d\s().\-/]+")


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


@dataclass(frozen=True, slots=True)
class Filter:
    """Which people: all known ones (L1), or those that also have all of what is named.

    `search`: part of an e-mail, phone, name or external id, or a whole contact id. `type`: subscriber,
    unsubscriber, purchaser, anonymous. `mark`: `email`, `email.active`, `phone.blacklisted`, `banned` …
    `deleted`: those on the Deleted tab instead (Y9), who alone can be `ranked` by deletion; None: both together
    (Y15). `criteria` as `criteria.tree` joins them, relative dates of theirs counted back from `at`.
    """

    search: str | None = None
    type: str | None = None
    mark: str | None = None
    deleted: bool | None = False
    ranked: Ranking = "updated"
    criteria: Node | None = None
    at: datetime | None = None


_SELECT = """
SELECT c.id, c.organization, contact_ids, identifier_ids, name, first_name, last_name, emails, phones,
       external_ids, type, purchased_at, subscriptions, profile, created_at, created_method, created_source,
       last_updated, deleted, deleted_at, changes_at,
       coalesce((SELECT marks FROM contact_search WHERE id = c.id), '{}') AS marks
"""
_IDS = "SELECT c.id\n"
_FROM = "FROM all_contacts c\n"
_FOUND = "JOIN contact_search s USING (id)\n"
_START: Final = (("infinity", UUID(int=0)), ("-infinity", UUID(int=0)))
"""Before the first row: newest first, and oldest first."""
_LISTED = "WHERE c.organization = %(organization)s AND deleted = %(deleted)s\n"
_TYPE = "AND type = %(type)s\n"
_MARK = "AND s.marks @> ARRAY[%(mark)s]\n"
_RARE_MARK = "AND c.id = ANY (ARRAY(SELECT id FROM contact_search WHERE marks @> ARRAY[%(mark)s]))\n"
_TEXT = "AND s.text LIKE %(text)s\n"
_TEXT_OR_DIGITS = "AND (s.text LIKE %(text)s OR s.text LIKE %(digits)s)\n"
_CONTACT = "AND c.id = (SELECT person_id FROM contact_aliases WHERE contact_id = %(contact)s)\n"
_PAGES: Final[Mapping[Ranking, str]] = {
    ranking: f"""
AND ({column}, c.id) {"> " if ranking == "earliest" else "<"} (%(moment)s::timestamptz, %(id)s)
ORDER BY {column}{"" if ranking == "earliest" else " DESC"}, c.id{"" if ranking == "earliest" else " DESC"}
LIMIT %(limit)s
"""
    for ranking, column in RANKED_BY.items()
}
_STRETCH = ("FROM (SELECT c.* FROM all_contacts c\n", ") c\n")
"""As FROM: the rows of the list that come next, fit or not."""
_COUNT = ("SELECT count(*) FROM (SELECT 1 ", " LIMIT %(most)s) AS found")
_COUNT_ALONE = (
    "SELECT count(*) FROM (SELECT 1 FROM contact_search s WHERE s.counted_as[1] = %(there)s AND ",
    " LIMIT %(most)s) AS found",
)
_ONE = "WHERE c.organization = %(organization)s\n" + _CONTACT
_MANY = "WHERE c.organization = %(organization)s AND c.id = ANY(%(ids)s)"


def contacts(
    connection: Connection[Any],
    organization: str,
    asked: Filter | None = None,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
    seconds: float | None = None,
) -> list[ContactRow]:
    """People, last updated first (L11) or as they are ranked; the next page is `after` the last row's `place`.

    Raises ValueError where `search` is too short, those are to be ranked by deletion who are not deleted, or
    `criteria` take longer than `seconds`.
    """
    asked = asked or Filter()
    if asked.ranked == "deleted" and not asked.deleted:
        raise ValueError("ranked: only the deleted are ranked by deletion; ask for them with `deleted`")
    if asked.deleted is None:
        each = [replace(asked, deleted=deleted) for deleted in (False, True)]
        found = [contacts(connection, organization, o, after=after, limit=limit, seconds=seconds) for o in each]
        oldest_first = asked.ranked == "earliest"
        listed = merge(*found, key=lambda row: place(row, asked.ranked), reverse=not oldest_first)
        return list(islice(listed, limit))
    query = _asked(connection, organization, asked)
    query.values["moment"], query.values["id"] = after or _START[asked.ranked == "earliest"]
    query.values["limit"] = limit
    with patience(connection, seconds) if asked.criteria is not None else nullcontext():
        return _page(connection, query, asked, limit)


def _page(connection: Connection[Any], query: "_Query", asked: Filter, limit: int) -> list[ContactRow]:
    """By criteria alone: from a stretch of the list where they fill the page, else from those an index leads to."""
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    page, narrower = _PAGES[asked.ranked], ""
    if asked.criteria is not None and not query.few:
        stretch = (query.listed + page.replace("%(limit)s", "%(stretch)s")).join(_STRETCH)
        values = {**query.values, "stretch": STRETCH}
        text = _SELECT + stretch + query.joined + query.conditions + page
        if len(rows := cursor.execute(text, values, prepare=False).fetchall()) == limit:
            return rows
        narrower = those(connection, asked.criteria, query.asking) or ""
    text = _SELECT + _FROM + query.joined + query.conditions + narrower + page
    return cursor.execute(text, query.values, prepare=False).fetchall()


def place(row: ContactRow, ranked: Ranking) -> tuple[datetime, UUID]:
    """Where a row stands in the list, to go on after it."""
    moment: datetime = getattr(row, RANKED_BY[ranked])
    return moment, row.id


def count(
    connection: Connection[Any], organization: str, asked: Filter | None = None, *, seconds: float | None = None
) -> int:
    """How many people these are, exactly up to COUNTED_TO; COUNTED_TO + 1 stands for "more than".

    Everyone, and each single type or mark, is counted already: see `counters`. Raises ValueError as `contacts`.
    """
    asked = asked or Filter()
    if asked.deleted is None:
        each = [replace(asked, deleted=deleted) for deleted in (False, True)]
        found = sum(count(connection, organization, one, seconds=seconds) for one in each)
        return min(found, COUNTED_TO + 1)
    query = _asked(connection, organization, asked)
    query.values["most"] = COUNTED_TO + 1
    with patience(connection, seconds) if asked.criteria is not None else nullcontext():
        text = _by_search_alone(query, asked)
        if text is None:
            narrower = None
            if asked.criteria is not None and not query.few:
                narrower = those(connection, asked.criteria, query.asking)
            text = (_FROM + query.joined + query.conditions + (narrower or "")).join(_COUNT)
        row = connection.execute(text, query.values, prepare=False).fetchone()
    assert row is not None
    return int(row[0])


def _by_search_alone(query: "_Query", asked: Filter) -> str | None:
    """The count where marks and facts say all, led by their index: it looks at no row of the list."""
    if asked.criteria is None or asked.type or asked.mark or asked.search:
        return None
    alone = tree.in_search(asked.criteria, query.asking)
    if alone is None or not tree.found_by(asked.criteria, query.asking):
        return None
    query.values["there"] = "deleted" if asked.deleted else "all"
    return alone.join(_COUNT_ALONE)


def counted_as(asked: Filter) -> tuple[str, ...] | None:
    """What `counters` counts these people as, together; None for what it does not count."""
    several = asked.type is not None and (asked.mark is not None or asked.deleted is not False)
    if asked.search is not None or asked.criteria is not None or several:
        return None
    deleted = "deleted" if asked.mark is None else f"deleted.{asked.mark}"
    there = asked.mark or asked.type or "all"
    return (there, deleted) if asked.deleted is None else (deleted,) if asked.deleted else (there,)


def contact(connection: Connection[Any], organization: str, contact_id: UUID) -> ContactRow | None:
    """The person behind a contact id, alias or not; None where there is none, or it was erased."""
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    return cursor.execute(_SELECT + _FROM + _ONE, {"organization": organization, "contact": contact_id}).fetchone()


@dataclass(slots=True)
class _Query:
    """The pieces of a query from FROM on, before paging, with its values. `few`: an index leads to these people."""

    listed: str
    joined: str
    conditions: str
    few: bool
    asking: Asking

    @property
    def values(self) -> dict[str, Any]:
        return self.asking.values


def _asked(connection: Connection[Any], organization: str, asked: Filter) -> _Query:
    asking = Asking(organization, asked.at or datetime.max.replace(tzinfo=UTC))
    query = _Query(_LISTED, "", _LISTED, False, asking)
    query.values["deleted"] = asked.deleted
    if asked.type is not None:
        query.conditions += _TYPE
        query.values["type"] = asked.type
    if asked.mark is not None:
        if asked.mark not in MARKS:
            raise ValueError(f"mark: {MARKS_SAID}")
        query.values["mark"] = marked(organization, asked.mark)
        if _is_rare(connection, organization, asked.mark, deleted=bool(asked.deleted)):
            query.few, query.conditions = True, query.conditions + _RARE_MARK
        else:
            query.joined, query.conditions = _FOUND, query.conditions + _MARK
    if asked.search is not None:
        query.few = True
        contact_id = _contact_id(asked.search)
        if contact_id is not None:
            query.conditions += _CONTACT
            query.values["contact"] = contact_id
        else:
            query.joined = _FOUND
            query.conditions += _searched(asked.search.strip().lower(), query.values)
    if asked.criteria is not None:
        query.conditions += f"AND {tree.condition(asked.criteria, asking)}\n"
    return query


def _is_rare(connection: Connection[Any], organization: str, mark: str, *, deleted: bool) -> bool:
    """Whether so few have it that they are sooner found first and put in order then.

    Walking the list costs PAGE * everyone / marked rows for a page, finding first costs `marked` rows. The
    counters know both; the planner guesses, and walks the whole list for a mark that hardly anybody has.
    """
    everyone, counted_as = ("deleted", f"deleted.{mark}") if deleted else ("all", mark)
    people = counters.people(connection, organization)
    return people.get(counted_as, 0) ** 2 < PAGE * people.get(everyone, 0)


def _searched(text: str, values: dict[str, Any]) -> str:
    """The condition on the search text; a phone number is found however it is written."""
    if len(text) < SHORTEST:
        raise ValueError(f"search: give at least {SHORTEST} characters")
    values["text"] = _part(text)
    number = re.sub(r"[^+\d]", "", text) if _NUMBER.fullmatch(text) else text
    if number == text or len(number) < SHORTEST:
        return _TEXT
    values["digits"] = _part(number)
    return _TEXT_OR_DIGITS


def _part(text: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _contact_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def people(connection: Connection[Any], organization: str, ids: Sequence[UUID]) -> list[ContactRow]:
    """These people, by the ids they have now, in no order; who is not there is left out."""
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    return cursor.execute(_SELECT + _FROM + _MANY, {"organization": organization, "ids": list(ids)}).fetchall()


def every_id(connection: Connection[Any], organization: str, asked: Filter) -> Iterator[UUID]:
    """Everyone who fits at one moment, in no order, portion by portion. Raises ValueError as `contacts` does."""
    deleted = (False, True) if asked.deleted is None else (asked.deleted,)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for one in [replace(asked, deleted=each) for each in deleted]:
            query = _asked(connection, organization, one)
            narrower = None
            if one.criteria is not None and not query.few:
                narrower = those(connection, one.criteria, query.asking)
            with connection.cursor("every_id") as cursor:
                cursor.execute(_IDS + _FROM + query.joined + query.conditions + (narrower or ""), query.values)
                while rows := cursor.fetchmany(10_000):
                    yield from (row[0] for row in rows)
