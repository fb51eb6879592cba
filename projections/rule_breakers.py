"""People as rules of identity weigh them: how many identifiers of each kind they hold, page by page (no table)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

PAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Held:
    """An identifier that a person holds; erased ones are held by nobody."""

    id: UUID
    kind: str
    value: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    id: UUID
    last_updated: datetime
    identifier_ids: list[UUID]


_PEOPLE = """
SELECT id, last_updated, identifier_ids FROM all_contacts
WHERE organization = %(organization)s AND deleted = %(deleted)s AND (last_updated, id) < (%(updated)s, %(id)s)
ORDER BY last_updated DESC, id DESC LIMIT %(page)s
"""
_HELD = """
SELECT id, kind, value FROM identifiers
WHERE id = ANY(%s) AND organization = %s AND kind IS NOT NULL AND NOT erased
"""
_LAST: Final = UUID(int=2**128 - 1)
_FOREVER: Final = datetime.max.replace(tzinfo=UTC)


def people(
    connection: Connection[Any], organization: str, *, least: int, page: int = PAGE
) -> Iterator[tuple[int, dict[UUID, list[Held]]]]:
    """Pages of everybody, deleted people after the others, latest updated first: how many people the page
    counts, and of those who hold at least `least` identifiers what they hold.
    """
    for deleted in (False, True):
        updated, last = _FOREVER, _LAST
        while places := _page(connection, organization, deleted, updated, last, page):
            updated, last = places[-1].last_updated, places[-1].id
            crowded = [place for place in places if len(place.identifier_ids) >= least]
            yield len(places), _held(connection, organization, crowded)


def _page(
    connection: Connection[Any], organization: str, deleted: bool, updated: datetime, last: UUID, page: int
) -> list[_Place]:
    cursor = connection.cursor(row_factory=class_row(_Place))
    asked = {"organization": organization, "deleted": deleted, "updated": updated, "id": last, "page": page}
    return cursor.execute(_PEOPLE, asked).fetchall()


def _held(connection: Connection[Any], organization: str, places: Collection[_Place]) -> dict[UUID, list[Held]]:
    wanted = [one for place in places for one in place.identifier_ids]
    if not wanted:
        return {}
    cursor = connection.cursor(row_factory=class_row(Held))
    found = {one.id: one for one in cursor.execute(_HELD, (wanted, organization)).fetchall()}
    return {place.id: [found[one] for one in place.identifier_ids if one in found] for place in places}
