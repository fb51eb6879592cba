"""How people who work with the ledger prove who they are: passwords, and links by which one is set.

Only hashes come in here. Connections act as `ledger_writer`: no reader may see a credential.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

WINDOW: Final = timedelta(minutes=15)
"""Failed logins are counted for so long from the first one."""


@dataclass(frozen=True, slots=True)
class Credential:
    """`password_hash` None: no password was set yet."""

    person_id: UUID
    password_hash: str | None
    disabled: bool


def credential(connection: Connection[Any], person_id: UUID) -> Credential | None:
    """The person's credential, None where the person was never added."""
    row = connection.execute(
        "SELECT person_id, password_hash, disabled_at IS NOT NULL FROM credentials WHERE person_id = %s",
        (person_id,),
    ).fetchone()
    return Credential(*row) if row else None


def joined(connection: Connection[Any], person_id: UUID, organization: str) -> None:
    """Notes that the person was added to the organization."""
    with connection.transaction():
        connection.execute("INSERT INTO credentials (person_id) VALUES (%s) ON CONFLICT DO NOTHING", (person_id,))
        connection.execute(
            "INSERT INTO person_organizations (person_id, organization) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (person_id, organization),
        )


def organizations_of(connection: Connection[Any], person_id: UUID) -> list[str]:
    """Organizations the person was ever added to, in the order of their codes. A reader may ask this too."""
    rows = connection.execute(
        "SELECT organization FROM person_organizations WHERE person_id = %s ORDER BY organization", (person_id,)
    )
    return [row[0] for row in rows]


def offer_link(connection: Connection[Any], person_id: UUID, link_hash: bytes, expires_at: datetime) -> bool:
    """Keeps the link by which the person may set a password once; an earlier one ends. False: no such person."""
    done = connection.execute(
        "UPDATE credentials SET link_hash = %s, link_expires_at = %s WHERE person_id = %s AND disabled_at IS NULL",
        (link_hash, expires_at, person_id),
    )
    return done.rowcount == 1


def link_holder(connection: Connection[Any], link_hash: bytes, now: datetime) -> UUID | None:
    """Whose password the link may still set."""
    row = connection.execute(
        "SELECT person_id FROM credentials WHERE link_hash = %s AND link_expires_at > %s AND disabled_at IS NULL",
        (link_hash, now),
    ).fetchone()
    return row[0] if row else None


def set_password(connection: Connection[Any], link_hash: bytes, password_hash: str, now: datetime) -> UUID | None:
    """Sets the password the link was made for and ends the link and every session; None where it may not."""
    with connection.transaction():
        row = connection.execute(
            """
            UPDATE credentials SET password_hash = %s, link_hash = NULL, link_expires_at = NULL
            WHERE link_hash = %s AND link_expires_at > %s AND disabled_at IS NULL RETURNING person_id
            """,
            (password_hash, link_hash, now),
        ).fetchone()
        if row:
            connection.execute("DELETE FROM sessions WHERE person_id = %s", row)
            connection.execute("DELETE FROM login_failures WHERE subject = %s", row)
    return row[0] if row else None


def rehashed(connection: Connection[Any], person_id: UUID, old_hash: str, new_hash: str) -> None:
    """Replaces the hash of the same password by one of today's cost, unless the password was changed meanwhile."""
    connection.execute(
        "UPDATE credentials SET password_hash = %s WHERE person_id = %s AND password_hash = %s",
        (new_hash, person_id, old_hash),
    )


def disable(connection: Connection[Any], person_id: UUID, at: datetime | None) -> bool:
    """Bars the person from every organization and ends its sessions (`at` None: lets it in again).

    False: no such person.
    """
    with connection.transaction():
        done = connection.execute(
            """
            UPDATE credentials SET disabled_at = %s, link_hash = NULL, link_expires_at = NULL
            WHERE person_id = %s
            """,
            (at, person_id),
        )
        connection.execute("DELETE FROM sessions WHERE person_id = %s", (person_id,))
    return done.rowcount == 1


def attempt(connection: Connection[Any], subject: UUID, now: datetime) -> int:
    """Counts a login as failed before it is tried, so that many at once cannot pass together.

    Returns how many failed in the window, this one included.
    """
    connection.execute("DELETE FROM login_failures WHERE since <= %s", (now - WINDOW,))
    row = connection.execute(
        """
        INSERT INTO login_failures AS known (subject, since, failures) VALUES (%s, %s, 1)
        ON CONFLICT (subject) DO UPDATE SET failures = known.failures + 1 RETURNING failures
        """,
        (subject, now),
    ).fetchone()
    assert row is not None
    return int(row[0])


def succeeded(connection: Connection[Any], subjects: list[UUID]) -> None:
    """Forgets the failures of a subject that has proven itself."""
    connection.execute("DELETE FROM login_failures WHERE subject = ANY(%s)", (subjects,))
