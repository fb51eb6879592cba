"""`platform_listings`: the e-mail addresses listed for every organization of the platform (Y19)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.events.vocabulary import Deliverability
from ledger.rules.deliverability import deliverability
from ledger.rules.policy import BUILT_IN
from ledger.rules.timeline import timeline
from projections.portion import PLATFORM_NAMES, Portion
from projections.projection import Projection
from projections.tables import Rows, Table

TABLE: Final = Table(
    "platform_listings",
    key=("platform_key",),
    columns={
        "platform_key": "uuid",
        "listed": "bool",
        "since": "timestamptz",
        "event_id": "uuid",
        "changed_at": "timestamptz",
        "actor": "text",
    },
)


class PlatformListings(Projection):
    """A row says what the rules make of the address's listing; one taken off stays, with `listed` false."""

    name = "platform_listings"
    tables = (TABLE,)
    scanned = PLATFORM_NAMES

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        nobody = timeline((), at=portion.at)
        rows = []
        for platform_key, events in portion.read(portion.platform_listings()).items():
            line = timeline(events, at=portion.at)
            judged = deliverability(nobody, line, "email", BUILT_IN)
            latest = line.events[-1]
            listed = judged.deliverability is Deliverability.BLACKLISTED
            rows.append(
                (platform_key, listed, judged.since, judged.event, latest.effective_at, latest.envelope.actor)
            )
        return {TABLE.name: rows}


@dataclass(frozen=True, slots=True)
class Listing:
    """A listed address: `value` as some organization knows it, None where none does (any more)."""

    platform_key: UUID
    since: datetime
    event_id: UUID
    actor: str | None
    value: str | None
    organizations: int


_LISTED = """
SELECT platform_key, since, event_id, actor, value, organizations
FROM platform_listings l CROSS JOIN LATERAL (
    SELECT max(value) AS value, count(DISTINCT organization) AS organizations
    FROM identifiers i WHERE i.platform_key = l.platform_key
) AS known
WHERE listed AND (since, platform_key) < (%(since)s::timestamptz, %(platform_key)s)
ORDER BY since DESC, platform_key DESC LIMIT %(limit)s
"""


def listed(connection: Connection[Any], *, after: Listing | None = None, limit: int = 100) -> list[Listing]:
    """Addresses that are listed, the latest first; the next page is `after` the last row."""
    asked = {
        "since": after.since if after else "infinity",
        "platform_key": after.platform_key if after else UUID(int=0),
        "limit": limit,
    }
    return connection.cursor(row_factory=class_row(Listing)).execute(_LISTED, asked, prepare=False).fetchall()
