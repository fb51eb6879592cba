"""`duplicates`: values that more than one person has, spelt alike (Y10, Y11).

An identifier has one holder, so these are near-equal ones: a mailbox with a plus tag, the dots that Gmail does not
read, a number or an address in a profile field. Deleted and erased people are not counted.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.canonical import NotCanonical, canonical
from projections.criteria.finding import patience
from projections.people import Facts, Found, facts, people, touched_contacts
from projections.portion import CONTACT_NAMES, Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "contact_values",
    key=("organization", "channel", "alike", "person_id"),
    columns={
        "organization": "text",
        "channel": "text",
        "alike": "text",
        "person_id": "uuid",
        "created_at": "timestamptz",
    },
)
HOLDERS: Final = Table("value_holders", key=("contact_id",), columns={"contact_id": "uuid", "person_id": "uuid"})
CHANNELS: Final = ("email", "phone")
FIELDS: Final[Mapping[str, str]] = {
    "email": "email",
    "second_email": "email",
    "phone": "phone",
    "mobile": "phone",
    "mobile_phone": "phone",
}
"""Profile fields that hold such a value → its channel."""
COUNTED_TO: Final = 10_000
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})

_COUNT = """
INSERT INTO value_counters AS kept
SELECT organization, channel, alike, sum(n) FROM (
    SELECT organization, channel, alike, 1 AS n FROM staged_contact_values
    UNION ALL
    SELECT organization, channel, alike, -1 FROM contact_values
    WHERE person_id = ANY (ARRAY(SELECT contact_id FROM staged_value_holders))
) AS moved
GROUP BY organization, channel, alike HAVING sum(n) <> 0
ON CONFLICT (organization, channel, alike) DO UPDATE SET people = kept.people + excluded.people
"""
_SHARERS = """
SELECT v.alike, v.person_id, v.created_at
FROM value_counters n JOIN contact_values v USING (organization, channel, alike)
WHERE n.organization = %s AND n.channel = %s AND n.people > 1
"""
_GONE = """
DELETE FROM contact_values WHERE person_id = ANY (ARRAY(SELECT contact_id FROM staged_value_holders))
"""


class Duplicates(Projection):
    name = "duplicates"
    tables = (TABLE, HOLDERS)
    counters = ("value_counters",)
    scanned = CONTACT_NAMES
    RECOUNT = """
        INSERT INTO value_counters
        SELECT organization, channel, alike, count(*) FROM contact_values GROUP BY organization, channel, alike
    """

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        found = people(portion, touched_contacts(portion) | set(also))
        known = [
            (contact, one.person.id)
            for one in found
            for contact in one.person.contacts
            if portion.answers_for(contact)
        ]
        listed = [one for one in found if portion.answers_for(one.person.id) and not one.erased]
        values = portion.values({key for one in listed for key in one.identifiers})
        told = zip(listed, facts(portion, listed), strict=True)
        rows = [row for one, said in told for row in _rows(one, said, values)]
        return {TABLE.name: rows, HOLDERS.name: known}

    def merge(self, connection: Connection[Any], position: int) -> None:
        connection.execute(_COUNT)
        connection.execute("DELETE FROM value_counters WHERE people = 0")
        connection.execute(_GONE)
        super().merge(connection, position)


def _rows(one: Found, said: Facts, values: Mapping[UUID, str]) -> list[Row]:
    if said.deleted_at is not None:
        return []
    texts = [(kind, values[key]) for key, kind in one.person.identifiers.items() if key in values]
    texts += [(kind, value) for name, kind in FIELDS.items() if isinstance(value := said.profile.get(name), str)]
    held = sorted(set(_alike(texts)))
    return [(one.organization, kind, text, one.person.id, said.created.effective_at) for kind, text in held]


def _alike(texts: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for kind, text in texts:
        if kind in CHANNELS:
            try:
                yield kind, alike(kind, text)
            except NotCanonical:
                continue


def alike(channel: str, text: str) -> str:
    """The same for values that are likely one: without a plus tag and, where they mean nothing, without dots.

    Raises NotCanonical.
    """
    value = canonical(channel, text).value
    if channel != "email":
        return value
    local, _, domain = value.rpartition("@")
    plain = local.partition("+")[0] or local
    return f"{plain.replace('.', '') if domain in _DOTLESS else plain}@{domain}"


@dataclass(frozen=True, slots=True)
class Shared:
    """A value and how many people have it or one alike."""

    alike: str
    people: int


@dataclass(frozen=True, slots=True)
class Holder:
    """One of the people who share a value (Y11)."""

    id: UUID
    name: str | None
    emails: list[str]
    phones: list[str]
    created_at: datetime
    last_updated: datetime


def shared(
    connection: Connection[Any], organization: str, channel: str, *, after: str = "", limit: int = 50
) -> list[Shared]:
    """Values of a channel that several people have, alphabetical; the next page is `after` the last one."""
    cursor = connection.cursor(row_factory=class_row(Shared))
    return cursor.execute(
        "SELECT alike, people FROM value_counters WHERE organization = %s AND channel = %s AND people > 1"
        " AND alike > %s ORDER BY alike LIMIT %s",
        (organization, channel, after, limit),
        prepare=False,
    ).fetchall()


def sharers(connection: Connection[Any], organization: str, channel: str) -> list[tuple[str, UUID, datetime]]:
    """(value, person, when it was created) of everybody who shares a value of the channel, in no order."""
    with patience(connection, None):
        return connection.execute(_SHARERS, (organization, channel), prepare=False).fetchall()


def count(connection: Connection[Any], organization: str, channel: str) -> int:
    """How many such values there are, exactly up to COUNTED_TO; COUNTED_TO + 1 stands for "more than"."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM value_counters WHERE organization = %s AND channel = %s"
        " AND people > 1 LIMIT %s) AS found",
        (organization, channel, COUNTED_TO + 1),
        prepare=False,
    ).fetchone()
    assert row is not None
    return int(row[0])


def holders(connection: Connection[Any], organization: str, channel: str, value: str) -> list[Holder]:
    """The people who have the value or one alike, oldest first. Raises NotCanonical."""
    cursor = connection.cursor(row_factory=class_row(Holder))
    return cursor.execute(
        """
        SELECT c.id, c.name, c.emails, c.phones, v.created_at, c.last_updated
        FROM contact_values v JOIN all_contacts c ON c.id = v.person_id
        WHERE v.organization = %s AND v.channel = %s AND v.alike = %s
        ORDER BY v.created_at, c.id
        """,
        (organization, channel, alike(channel, value)),
        prepare=False,
    ).fetchall()
