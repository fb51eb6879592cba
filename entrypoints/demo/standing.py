"""How far the demo's ledger has come: what is taken, recorded, projected and published."""

from collections.abc import Sequence
from dataclasses import dataclass

from consumers.positions import Span
from consumers.publisher import EVENTS
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.wiring import Service
from ledger.store.followers import reached
from projections import counters, outbox
from projections.watermarks import watermarks


@dataclass(frozen=True, slots=True)
class Standing:
    """Messages taken of those sent, and the log positions that each part of the ledger has come to."""

    sent: int
    taken: int
    recorded: int
    projected: int
    published: int
    statuses_waiting: bool

    @property
    def lag(self) -> int:
        """Messages not yet taken, and events not yet in every table and on the outbound topics."""
        behind = (self.recorded - self.projected) + (self.recorded - self.published)
        return self.sent - self.taken + behind + self.statuses_waiting


def standing(ledger: Service, spans: Sequence[Span]) -> Standing:
    """How the ledger stands to what these partitions hold. Raises LogUnavailable."""
    clusters = {span.key.cluster for span in spans}
    topics = {span.key.topic for span in spans}
    stored = {key: at for cluster in clusters for key, at in ledger.reading.positions(cluster, topics).items()}
    with ledger.writing.connection() as connection:
        projected = min(mark.position for mark in watermarks(connection).values())
        published = reached(connection, f"publisher/{EVENTS}")
        waiting = bool(outbox.after(connection, 0, 1))
    return Standing(
        sent=sum(span.end - span.start for span in spans),
        taken=sum(stored.get(span.key, span.start) - span.start for span in spans),
        recorded=ledger.reading.newest().position,
        projected=projected,
        published=published,
        statuses_waiting=waiting,
    )


def contacts(ledger: Service) -> int:
    """People of all the demo's organizations, as their lists count them."""
    with ledger.reading.connection() as connection:
        counted = [counters.people(connection, organization.code) for organization in ORGANIZATIONS]
    return sum(people.get("all", 0) for people in counted)
