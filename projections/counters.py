"""Counts kept up by the projections' own merges, so that no request counts a table (L4, Y3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many identifiers have this consent at this place."""

    channel: str
    scope: str
    purpose: str
    consent: str
    listed: int


def people(connection: Connection[Any], organization: str) -> dict[str, int]:
    """People by what they are counted as: `all`, each type, each mark; `deleted`, `deleted.` and each mark.

    What is missing is 0.
    """
    rows = connection.execute(
        "SELECT counted_as, people FROM contact_counters WHERE organization = %s ORDER BY counted_as",
        (organization,),
    )
    return {counted_as: int(people) for counted_as, people in rows}


def everyone(connection: Connection[Any], organization: str, deleted: bool | None = False) -> int:
    """All its people who are not deleted, or who are."""
    row = connection.execute(
        "SELECT people FROM contact_counters WHERE organization = %s AND counted_as = %s",
        (organization, "deleted" if deleted else "all"),
    ).fetchone()
    return int(row[0]) if row is not None else 0


def consents(connection: Connection[Any], organization: str, named: Sequence[str]) -> dict[str, int]:
    """People who are not deleted, by each of these consents (`contact_consents`) that they have at a place."""
    rows = connection.execute(
        "SELECT consent, people FROM consent_counters WHERE organization = %s AND consent = ANY(%s)",
        (organization, list(named)),
    )
    return {consent: int(people) for consent, people in rows}


def statuses(connection: Connection[Any], organization: str) -> list[StatusCount]:
    """Rows of `channel_status` by channel, scope, purpose and consent. What is missing is 0."""
    return (
        connection.cursor(row_factory=class_row(StatusCount))
        .execute(
            "SELECT channel, scope, purpose, consent, listed FROM status_counters WHERE organization = %s"
            " ORDER BY channel, scope, purpose, consent",
            (organization,),
        )
        .fetchall()
    )


def channels(connection: Connection[Any], organization: str) -> set[str]:
    """The channels that anybody of the organization ever subscribed to or opted out of."""
    rows = connection.execute(
        "SELECT DISTINCT channel FROM status_counters WHERE organization = %s", (organization,)
    )
    return {channel for (channel,) in rows}
