"""A log in memory, for property tests of deciding and rules: the same reads as the store, no database."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledger.acts.act import Act
from ledger.acts.settings import Registration
from ledger.deciding.decision import decide
from ledger.deciding.reading import load, read_view
from ledger.deciding.view import NotLoaded
from ledger.errors import MessageRefused
from ledger.events.envelope import Recorded
from ledger.ids import Ids

IDS = Ids(b"a pepper for tests only")


class MemoryLog:
    """Streams as the store would give them."""

    def __init__(self) -> None:
        self.streams: dict[UUID, list[Recorded]] = {}
        self.acts: dict[UUID, frozenset[bytes]] = {}
        self.newest: dict[tuple[UUID, str], datetime] = {}
        self.position = 0

    def read(self, stream_ids: Iterable[UUID], /) -> dict[UUID, Sequence[Recorded]]:
        return {stream_id: list(self.streams.get(stream_id, ())) for stream_id in stream_ids}

    def read_linked(self, contact_ids: Collection[UUID], /) -> dict[UUID, Sequence[Recorded]]:
        """As far as it was asked for: what is behind is read when it is come to."""
        return self.read(contact_ids)

    def read_whole(self, contact_ids: Collection[UUID], /) -> dict[UUID, Sequence[Recorded]]:
        return self.read(contact_ids)

    def known_acts(self, act_ids: Collection[UUID], /) -> dict[UUID, frozenset[bytes]]:
        return {act_id: self.acts[act_id] for act_id in act_ids if act_id in self.acts}

    def deliveries(self, identifier_ids: Collection[UUID], /) -> dict[tuple[UUID, str], datetime]:
        return {key: at for key, at in self.newest.items() if key[0] in identifier_ids}

    def places(self, event_ids: Collection[UUID], /) -> dict[UUID, UUID]:
        wanted = set(event_ids)
        return {
            event.event_id: stream_id
            for stream_id, events in self.streams.items()
            for event in events
            if event.event_id in wanted
        }

    def open(self, events: Sequence[Recorded], /) -> list[Recorded]:
        """Nothing is sealed here."""
        return list(events)

    def record(self, act: Act, recorded_at: datetime) -> str:
        """Decides one act and keeps its events; the outcome in a word, or the reason of a refusal."""
        view = read_view(self, IDS, [act])
        while True:
            try:
                draft = decide(view, IDS, act)
            except NotLoaded as missing:
                load(self, view, missing)
            except MessageRefused as refusal:
                return refusal.reason
            else:
                break
        if draft is None:
            return "duplicate"
        self.newest.update(draft.deliveries)
        for event in draft.events:
            self._append(event, recorded_at)
        return "recorded" if draft.events else "unchanged"

    def _append(self, event: Recorded, recorded_at: datetime) -> None:
        self.position += 1
        kept = replace(event, position=self.position, envelope=replace(event.envelope, recorded_at=recorded_at))
        self.streams.setdefault(event.stream_id, []).append(kept)
        known = self.acts.get(event.envelope.act_id, frozenset())
        self.acts[event.envelope.act_id] = known | {event.envelope.digest}

    def register(self, organization: str, at: datetime) -> None:
        act = Act(
            organization=organization,
            source="test",
            message_id=f"register {organization}",
            type="registration",
            received_at=at,
            content=b"",
            body=Registration(display_name=organization),
            occurred_at=at,
        )
        self.record(act, at)
