"""Reads of the streams, acts and events that are asked for by their ids.

Each is a statement of its own: the log only grows, so `upto` fixes what is seen.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.events.stored import decode, listing_of
from ledger.store.id_array import IdArray
from ledger.store.keyring import Keyring
from ledger.store.reached import LINKS, LINKS_AND_IDENTIFIERS, reached
from ledger.store.scanning import END, EVENTS, Connect, Scanning, cursor_of
from ledger.store.sealing import SealedBatch, open_sealed, seal

_STREAMS = EVENTS + "WHERE originator_id = ANY(%b)"

LINKED = reached(EVENTS, LINKS)
WHOLE = reached(EVENTS, LINKS_AND_IDENTIFIERS)
_LESS = EVENTS + "WHERE originator_id = ANY(%b) AND notification_id <= %b AND topic <> ALL(%b)"
LISTINGS = """
SELECT DISTINCT ON (originator_id) originator_id, state FROM stored_events
WHERE originator_id = ANY(%(ids)b) AND notification_id <= %(upto)b AND topic = 'identifier.claimed.v1'
  AND EXISTS (SELECT FROM stored_events WHERE topic = 'platform.blacklisted.v1' AND notification_id <= %(upto)b)
ORDER BY originator_id, originator_version
"""
_EVENT = EVENTS + "WHERE event_id = %s"
_SOME = EVENTS + "WHERE event_id = ANY(%b)"
_ACT = EVENTS + "WHERE act_id = %s ORDER BY notification_id"


class Reading(Scanning):
    """Reads the log over the connections it is given: what is asked for by id, and what looks through it."""

    def __init__(self, connect: Connect, keyring: Keyring) -> None:
        super().__init__(connect)
        self._keyring = keyring

    def read(
        self, stream_ids: Iterable[UUID], *, upto: int | None = None, opened: bool = False
    ) -> dict[UUID, list[Recorded]]:
        """These streams whole (or up to a position), in version order; an empty list where there is none.

        `opened`: sealed fields are filled in where the key still exists; else they stay None.
        """
        wanted = list(dict.fromkeys(stream_ids))
        if not wanted:
            return {}
        end = END if upto is None else upto
        with self._connect() as connection:
            rows = cursor_of(connection).execute(_STREAMS, (IdArray(wanted),), prepare=True).fetchall()
            events = [decode(*row) for row in rows if row[2] <= end]
            if opened:
                events = open_sealed(connection, self._keyring, events)
        return _streams(wanted, events)

    def read_linked(self, contact_ids: Collection[UUID]) -> dict[UUID, list[Recorded]]:
        """The streams of these contacts and of all that were ever linked with them, over any number of links."""
        with self._connect() as connection:
            rows = cursor_of(connection).execute(LINKED, (IdArray(contact_ids),), prepare=True).fetchall()
        return _streams(contact_ids, [decode(*row) for row in rows])

    def read_whole(self, contact_ids: Collection[UUID]) -> dict[UUID, list[Recorded]]:
        """As `read_linked`, with the streams of all identifiers that were ever attached to any of them."""
        with self._connect() as connection:
            rows = cursor_of(connection).execute(WHOLE, (IdArray(contact_ids),), prepare=True).fetchall()
        return _streams(contact_ids, [decode(*row) for row in rows])

    def read_less(
        self, stream_ids: Iterable[UUID], less: Sequence[str], *, upto: int = END
    ) -> dict[UUID, list[Recorded]]:
        """These streams up to a position without the events of the names in `less`, in no order.

        For questions in bulk that those events have no bearing on; streams with no others are left out.
        """
        streams: dict[UUID, list[Recorded]] = {}
        with self._connect() as connection:
            asked = IdArray(stream_ids), upto, list(less)
            rows = cursor_of(connection).execute(_LESS, asked, prepare=True).fetchall()
        for row in rows:
            streams.setdefault(row[0], []).append(decode(*row))
        return streams

    def listings(self, stream_ids: Iterable[UUID], *, upto: int) -> dict[UUID, UUID]:
        """Identifier → where the platform's listing of it would be; of none where the platform lists nobody."""
        asked = {"ids": IdArray(stream_ids), "upto": upto}
        with self._connect() as connection:
            rows = cursor_of(connection).execute(LISTINGS, asked, prepare=True).fetchall()
        return {stream: listing for stream, state in rows if (listing := listing_of(state)) is not None}

    def known_acts(self, act_ids: Collection[UUID]) -> dict[UUID, frozenset[bytes]]:
        """Acts already in the log → the digests they are there with."""
        known: dict[UUID, frozenset[bytes]] = {}
        with self._connect() as connection:
            rows = cursor_of(connection).execute(
                "SELECT DISTINCT act_id, digest FROM stored_events WHERE act_id = ANY(%b)",
                (list(act_ids),),
                prepare=True,
            )
            for act_id, digest in rows:
                known[act_id] = known.get(act_id, frozenset()) | {digest}
        return known

    def places(self, event_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Event id → its stream, of those of these events that the log has."""
        with self._connect() as connection:
            rows = cursor_of(connection).execute(
                "SELECT event_id, originator_id FROM stored_events WHERE event_id = ANY(%b)",
                (list(event_ids),),
                prepare=True,
            )
            return dict(rows)

    def act_events(self, act_ids: Collection[UUID], digest: bytes) -> list[UUID]:
        """Ids of the events that an act of this content made, in log order, under any of these act ids."""
        with self._connect() as connection:
            rows = cursor_of(connection).execute(
                "SELECT event_id FROM stored_events"
                " WHERE act_id = ANY(%b) AND digest = %s ORDER BY notification_id",
                (list(act_ids), digest),
            )
            return [event_id for (event_id,) in rows]

    def act(self, act_id: UUID) -> list[Recorded]:
        """Everything one act did, in log order."""
        with self._connect() as connection:
            return [decode(*row) for row in cursor_of(connection).execute(_ACT, (act_id,), prepare=True)]

    def find_event(self, event_id: UUID) -> Recorded | None:
        """The event of this id, sealed; None where the log has none."""
        with self._connect() as connection:
            row = cursor_of(connection).execute(_EVENT, (event_id,), prepare=True).fetchone()
        return decode(*row) if row is not None else None

    def find_events(self, event_ids: Collection[UUID]) -> dict[UUID, Recorded]:
        """Those of these events that the log has, sealed, by their ids."""
        with self._connect() as connection:
            rows = cursor_of(connection).execute(_SOME, (list(event_ids),), prepare=True)
            return {event.event_id: event for event in (decode(*row) for row in rows)}

    def deliveries(self, identifier_ids: Collection[UUID]) -> dict[tuple[UUID, str], datetime]:
        """The newest delivery known of each (identifier, channel) of these."""
        with self._connect() as connection:
            rows = cursor_of(connection).execute(
                "SELECT identifier_id, channel, delivered_at FROM deliveries WHERE identifier_id = ANY(%b)",
                (IdArray(identifier_ids),),
                prepare=True,
            )
            return {(identifier_id, channel): at for identifier_id, channel, at in rows}

    def values(self, events: Iterable[Recorded]) -> dict[UUID, str]:
        """Identifier → its canonical value, of those that these events claim, where the key still exists."""
        claims = self.open([event for event in events if isinstance(event.body, IdentifierClaimed)])
        said = ((event.stream_id, event.body) for event in claims)
        return {
            identifier: body.value
            for identifier, body in said
            if isinstance(body, IdentifierClaimed) and body.value is not None
        }

    def open(self, events: Sequence[Recorded]) -> list[Recorded]:
        """The same events with sealed fields filled in where the key still exists."""
        with self._connect() as connection:
            return open_sealed(connection, self._keyring, events)

    def seal(self, events: Sequence[Recorded], *, reopen: Collection[UUID] = ()) -> SealedBatch:
        """Rows ready to be appended, in the order of the events; see `sealing.seal` for erased streams."""
        with self._connect() as connection:
            return seal(connection, self._keyring, events, reopen)


def _streams(stream_ids: Iterable[UUID], events: Iterable[Recorded]) -> dict[UUID, list[Recorded]]:
    """The events by stream, in version order; an empty list for a stream that has none."""
    streams: dict[UUID, list[Recorded]] = {stream_id: [] for stream_id in stream_ids}
    for event in events:
        streams.setdefault(event.stream_id, []).append(event)
    for stream in streams.values():
        stream.sort(key=attrgetter("version"))
    return streams
