"""`contact_aliases`: every contact id that ever was leads to the person it belongs to now, for ever."""

from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from projections.people import Found
from projections.tables import Row, Table

TABLE: Final = Table(
    "contact_aliases",
    key=("contact_id",),
    columns={"contact_id": "uuid", "person_id": "uuid", "organization": "text"},
)


def rows(found: Found) -> list[Row]:
    return [(contact, found.person.id, found.organization) for contact in found.person.contacts]


def person_id(connection: Connection[Any], organization: str, contact_id: UUID) -> UUID | None:
    """The person a contact id of the organization leads to; None where this projection has no such contact."""
    row = connection.execute(
        "SELECT person_id FROM contact_aliases WHERE contact_id = %s AND organization = %s",
        (contact_id, organization),
    ).fetchone()
    return row[0] if row is not None else None
