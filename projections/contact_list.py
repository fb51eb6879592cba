"""Reading `all_contacts`: the list, its search and filters, and one person. Paging is by key, never by offset."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from projections import counters
from projections.all_contacts import marked

COUNTED_TO: Final = 10_000
PAGE: Final = 50
SHORTEST: Final = 3
"""A search needs so many characters: shorter parts have no trigram to be found by."""
Ranking = Literal["updated", "created", "deleted"]
RANKED_BY: Final[Mapping[Ranking, str]] = {
    "updated": "last_updated",
    "created": "created_at",
    "deleted": "deleted_at",
}
"""The column of each ranking, newest first."""
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


@dataclass(frozen=True, slots=True)
class Filter:
    """Which people: all known ones (L1), or those that also have all of what is named.

    `search`: part of an e-mail, phone, name or external id, or a whole contact id. `type`: subscriber,
    unsubscriber, purchaser, anonymous. `mark`: `email`, `email.active`, `phone.blacklisted`, `banned` …
    `deleted`: those on the Deleted tab instead (Y9), who alone can be `ranked` otherwise than by last update.
    """

    search: str | None = None
    type: str | None = None
    mark: str | None = None
    deleted: bool = False
    ranked: Ranking = "updated"


_SELECT = """
SELECT c.id, c.organization, contact_ids, identifier_ids, name, first_name, last_name, emails, phones,
       external_ids, type, purchased_at, subscriptions, profile, created_at, created_method, created_source,
       last_updated, deleted, deleted_at, changes_at
"""
_IDS = "SELECT c.id\n"
_FROM = "FROM all_contacts c\n"
_FROM_FOUND = "FROM all_contacts c JOIN contact_search s USING (id)\n"
_LISTED = "WHERE c.organization = %(organization)s AND deleted = %(deleted)s\n"
_TYPE = "AND type = %(type)s\n"
_MARK = "AND s.marks @> ARRAY[%(mark)s]\n"
_RARE_MARK = "AND c.id = ANY (ARRAY(SELECT id FROM contact_search WHERE marks @> ARRAY[%(mark)s]))\n"
_TEXT = "AND s.text LIKE %(text)s\n"
_TEXT_OR_DIGITS = "AND (s.text LIKE %(text)s OR s.text LIKE %(digits)s)\n"
_CONTACT = "AND c.id = (SELECT person_id FROM contact_aliases WHERE contact_id = %(contact)s)\n"
_PAGES: Final[Mapping[Ranking, str]] = {
    ranking: f"""
AND ({column}, c.id) < (%(moment)s::timestamptz, %(id)s)
ORDER BY {column} DESC, c.id DESC LIMIT %(limit)s
"""
    for ranking, column in RANKED_BY.items()
}
_COUNT = ("SELECT count(*) FROM (SELECT 1 ", " LIMIT %(most)s) AS found")
_ONE = "WHERE c.organization = %(organization)s\n" + _CONTACT
_MANY = "WHERE c.organization = %(organization)s AND c.id = ANY(%(ids)s)"


def contacts(
    connection: Connection[Any],
    organization: str,
    asked: Filter | None = None,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> list[ContactRow]:
    """People, last updated first (L11) or as they are ranked; the next page is `after` the last row's `place`.

    Raises ValueError where `search` is too short, or those are to be ranked by deletion who are not deleted.
    """
    asked = asked or Filter()
    if asked.ranked != "updated" and not asked.deleted:
        raise ValueError("ranked: only the deleted are ranked by creation or deletion; ask for them with `deleted`")
    query, values = _asked(connection, organization, asked)
    values["moment"], values["id"] = after or ("infinity", UUID(int=0))
    values["limit"] = limit
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    return cursor.execute(_SELECT + query + _PAGES[asked.ranked], values, prepare=False).fetchall()


def place(row: ContactRow, ranked: Ranking) -> tuple[datetime, UUID]:
    """Where a row stands in the list, to go on after it."""
    moment: datetime = getattr(row, RANKED_BY[ranked])
    return moment, row.id


def count(connection: Connection[Any], organization: str, asked: Filter | None = None) -> int:
    """How many people these are, exactly up to COUNTED_TO; COUNTED_TO + 1 stands for "more than".

    Everyone, and each single type or mark, is counted already: see `counters`.
    """
    query, values = _asked(connection, organization, asked or Filter())
    values["most"] = COUNTED_TO + 1
    row = connection.execute(query.join(_COUNT), values, prepare=False).fetchone()
    assert row is not None
    return int(row[0])


def counted_as(asked: Filter) -> str | None:
    """What `counters` counts these people as; None for what it does not count."""
    if asked.search is not None or (asked.type is not None and (asked.mark is not None or asked.deleted)):
        return None
    if asked.deleted:
        return "deleted" if asked.mark is None else f"deleted.{asked.mark}"
    return asked.mark or asked.type or "all"


def contact(connection: Connection[Any], organization: str, contact_id: UUID) -> ContactRow | None:
    """The person behind a contact id, alias or not; None where there is none, or it was erased."""
    cursor = connection.cursor(row_factory=class_row(ContactRow))
    return cursor.execute(_SELECT + _FROM + _ONE, {"organization": organization, "contact": contact_id}).fetchone()


def _asked(connection: Connection[Any], organization: str, asked: Filter) -> tuple[str, dict[str, Any]]:
    """The query from FROM on, before paging, with its values."""
    values: dict[str, Any] = {"organization": organization, "deleted": asked.deleted}
    conditions = _LISTED
    found = _FROM
    if asked.type is not None:
        conditions += _TYPE
        values["type"] = asked.type
    if asked.mark is not None:
        values["mark"] = marked(organization, asked.mark)
        if _is_rare(connection, organization, asked.mark, deleted=asked.deleted):
            conditions += _RARE_MARK
        else:
            found, conditions = _FROM_FOUND, conditions + _MARK
    if asked.search is not None:
        contact_id = _contact_id(asked.search)
        if contact_id is not None:
            conditions += _CONTACT
            values["contact"] = contact_id
        else:
            found = _FROM_FOUND
            conditions += _searched(asked.search.strip().lower(), values)
    return found + conditions, values


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
    query, values = _asked(connection, organization, asked)
    with connection.transaction(), connection.cursor("every_id") as cursor:
        cursor.execute(_IDS + query, values)
        while rows := cursor.fetchmany(10_000):
            yield from (row[0] for row in rows)
