"""The streams a batch of acts is decided on, and what has been decided so far."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar, get_args
from uuid import UUID

from ledger.acts.act import Act
from ledger.acts.settings import SettingsBody
from ledger.errors import LedgerError
from ledger.events.body import Event
from ledger.events.envelope import Envelope, Recorded
from ledger.ids import Ids

T = TypeVar("T")
Stream = dict[int, Recorded]
"""Number of the event id → event, in version order. What is looked up many times for each act goes by the numbers
of ids: to hash a UUID is a call of Python.
"""
_SETTINGS: Final = frozenset(get_args(SettingsBody))


class NotLoaded(LedgerError):
    """The decision needs streams that have not been read: read them and decide again."""

    def __init__(
        self,
        stream_ids: Collection[UUID] = (),
        *,
        event_ids: Collection[UUID] = (),
        act_ids: Collection[UUID] = (),
    ) -> None:
        super().__init__("streams to be read first")
        self.stream_ids = frozenset(stream_ids)
        self.event_ids = frozenset(event_ids)
        self.act_ids = frozenset(act_ids)


@dataclass(slots=True)
class View:
    """What is known to a batch: what was read from the log, and what has been decided on top of it."""

    base: dict[UUID, Stream] = field(default_factory=dict)
    """The streams as they are in the log."""
    known: dict[UUID, frozenset[bytes]] = field(default_factory=dict)
    """Act id → digests under which it is in the log (empty: it is not)."""
    delivered: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    """(identifier, channel) → newest delivery in the side table."""
    places: dict[UUID, UUID | None] = field(default_factory=dict)
    """Event id → its stream, for acts that name an event (None: the log has no such event)."""
    streams: dict[int, Stream] = field(default_factory=dict)
    """Number of the stream id → the stream with what has been decided."""
    acts: dict[UUID, frozenset[bytes]] = field(default_factory=dict)
    deliveries: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    folds: dict[tuple[int, Any], tuple[Stream, Any]] = field(default_factory=dict)
    """(number of the stream id, rule) → what the rule made of it, as long as the stream is this one."""
    grantable: dict[str, Any] = field(default_factory=dict)
    """Scope → what `scopes.require_grantable` found of it: thousands of grants ask alike."""

    def __post_init__(self) -> None:
        self.streams = {stream_id.int: stream for stream_id, stream in self.base.items()}
        self.acts = dict(self.known)
        self.deliveries = dict(self.delivered)

    def load(self, streams: Mapping[UUID, Iterable[Recorded]]) -> None:
        for stream_id, events in streams.items():
            stream = {event.envelope.event_id.int: event for event in events}
            self.base[stream_id] = self.streams[stream_id.int] = stream
        self.grantable.clear()

    def deliver(self, newest: Mapping[tuple[UUID, str], datetime]) -> None:
        """Takes in newest deliveries of the side table."""
        self.delivered.update(newest)
        self.deliveries.update(newest)

    def has(self, stream_id: UUID) -> bool:
        """Whether the stream was read, or made by what has been decided."""
        return stream_id.int in self.streams

    def events(self, stream_id: UUID) -> Iterable[Recorded]:
        """The stream with what has been decided; it was read."""
        return self.streams[stream_id.int].values()

    def fold(self, stream_id: UUID, rule: Callable[[Iterable[Recorded]], T]) -> T:
        """What a pure rule makes of a stream; worked out once, until the stream is another."""
        number = stream_id.int
        stream = self.streams[number]
        kept = self.folds.get((number, rule))
        if kept is None or kept[0] is not stream:
            kept = self.folds[number, rule] = stream, rule(stream.values())
        made: T = kept[1]
        return made

    def take(self, draft: "Draft") -> None:
        """Makes a draft's events part of what later acts see."""
        self.streams.update(draft.written())
        if type(draft.act.body) in _SETTINGS:
            self.grantable.clear()
        if draft.events:
            self.acts[draft.act_id] = self.acts.get(draft.act_id, frozenset()) | {draft.digest}
        self.deliveries.update(draft.deliveries)


class Draft:
    """What one act comes to: new events, appended in order, each once."""

    __slots__ = (
        "_heads",
        "_occurred_at",
        "_own",
        "act",
        "act_id",
        "deliveries",
        "destroyed",
        "digest",
        "effective_at",
        "events",
        "flags",
        "ids",
        "reopened",
        "view",
    )

    def __init__(self, view: View, ids: Ids, act: Act, act_id: UUID, digest: bytes, flags: tuple[str, ...]) -> None:
        self.view = view
        self.ids = ids
        self.act = act
        self.act_id = act_id
        self.digest = digest
        self.flags = flags
        self.events: list[Recorded] = []
        self.deliveries: dict[tuple[UUID, str], datetime] = {}
        self.destroyed: set[UUID] = set()
        self.reopened: set[UUID] = set()
        self._heads: dict[int, Stream] = {}
        self._own: dict[int, Stream] = {}
        self._occurred_at = None if "time" in flags else act.occurred_at
        self.effective_at = min(self._occurred_at, act.received_at) if self._occurred_at else act.received_at

    def stream(self, stream_id: UUID) -> Stream:
        """The stream as it stands with this draft. Raises NotLoaded."""
        number = stream_id.int
        head = self._heads.get(number)
        if head is None:
            head = self.view.streams.get(number)
            if head is None:
                raise NotLoaded([stream_id])
            self._heads[number] = head
        return head

    def look_at(self, streams: Mapping[int, Stream]) -> None:
        """Counts streams as looked at that were found for another draft of the same view."""
        self._heads.update(streams)

    def fold(self, stream_id: UUID, rule: Callable[[Iterable[Recorded]], T]) -> T:
        """What a pure rule makes of the stream as it stands with this draft. Where the draft has not written to it,
        it is folded once for all acts that ask alike. Raises NotLoaded.
        """
        stream = self.stream(stream_id)
        return rule(stream.values()) if stream_id.int in self._own else self.view.fold(stream_id, rule)

    def require(self, stream_ids: Collection[UUID]) -> None:
        """Raises NotLoaded for all that are missing, so that they are read in one go."""
        missing = [stream_id for stream_id in stream_ids if not self.view.has(stream_id)]
        if missing:
            raise NotLoaded(missing)

    def streams(self, stream_ids: Collection[UUID]) -> dict[UUID, list[Recorded]]:
        """Several streams at once. Raises NotLoaded."""
        self.require(stream_ids)
        return {stream_id: list(self.stream(stream_id).values()) for stream_id in stream_ids}

    @property
    def reads(self) -> set[UUID]:
        """The streams that were looked at."""
        return {UUID(int=number) for number in self._heads}

    def written(self) -> Mapping[int, Stream]:
        """The streams that got events, with them, by the numbers of their ids."""
        return self._own

    def place_of(self, event_id: UUID) -> UUID | None:
        """The stream an event is in. Raises NotLoaded."""
        try:
            return self.view.places[event_id]
        except KeyError:
            raise NotLoaded(event_ids=[event_id]) from None

    def add(
        self,
        stream_id: UUID,
        body: Event,
        event_id: UUID,
        *,
        occurred_at: datetime | None = None,
    ) -> None:
        """Appends the event unless the stream has it. `occurred_at` where it is not the act's own time."""
        number = stream_id.int
        own = self._own.get(number)
        stream = self.stream(stream_id) if own is None else own
        if event_id.int in stream:
            return
        act = self.act
        envelope = Envelope(
            event_id,
            act.organization,
            self.act_id,
            self.digest,
            act.source,
            act.received_at,
            occurred_at or self._occurred_at,
            None,
            act.actor,
            act.correlation_id,
            act.origin,
            self.flags,
        )
        version = next(reversed(stream.values())).version + 1 if stream else 1
        event = Recorded(stream_id, version, 0, envelope, body)
        if own is None:
            own = self._heads[number] = self._own[number] = stream.copy()
        own[event_id.int] = event
        self.events.append(event)

    def event_id(self, body: Event, *role: UUID | str) -> UUID:
        """Id of an event that follows from the message alone."""
        return self.ids.event(self.act_id, body.NAME, *role)

    def derived(self, cause: UUID, body: Event, *role: UUID) -> UUID:
        """Id of an event that follows from another event and from state."""
        return self.ids.derived(cause, body.NAME, *role)
