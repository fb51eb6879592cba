"""Taking back many opt-outs under one approval: listed first, approved by the list's digest, undone the same way.

The list is a function of the log up to the position at which it was approved, so a run that was killed is simply
run again: it comes to the same list, and every act of it is recorded once (DESIGN §3 `EventReversed`, beyond 13).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from ledger.acts.act import Act, Body
from ledger.acts.identifier import Reversal
from ledger.acts.settings import ReversalApproval
from ledger.errors import LedgerError, MessageRefused, NotFound, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.identifier import EventReversed, IdentifierClaimed
from ledger.events.settings import ReversalApproved
from ledger.ids import Ids
from ledger.recording import Recording
from ledger.rules.adopted import policies
from ledger.rules.places import Place
from ledger.rules.policy import Policies
from ledger.rules.reversible import Criteria, change, method
from ledger.rules.timeline import timeline
from ledger.store.store import Store

SOURCE: Final = "contact-ledger/reversal"
PORTION = 500
"""Identifiers read, and acts recorded, at once."""


class ListChanged(LedgerError):
    """What is to be taken back is not what was listed: list it anew and approve that."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One event of the list, and what taking it back with the others would change."""

    event_id: UUID
    identifier_id: UUID
    kind: str | None
    value: str | None
    name: str
    at: datetime
    method: str | None
    channel: str | None
    scope: str | None
    makes_sendable: tuple[Place, ...]
    stops: tuple[Place, ...]
    earlier_reversals: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The exact list at a position of the log, in the order of event ids.

    `unreadable`: events that fit otherwise and whose evidence was erased: never in the list.
    """

    events: tuple[Listed, ...]
    unreadable: int
    upto: int

    @property
    def digest(self) -> str:
        """SHA-256 over the list. An event that was taken back before and stands again counts as another."""
        lines = sorted(f"{one.event_id} {one.earlier_reversals}\n" for one in self.events)
        return sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reversed:
    """What an approval came to. `recorded` are new in this run, the others were recorded by an earlier one."""

    batch: UUID
    events: int
    recorded: int


class Reversing:
    """Lists and takes back. What is wanted is told by `Criteria`, or by the id of a batch that shall be undone."""

    def __init__(self, store: Store, recording: Recording, ids: Ids, now: Callable[[], datetime]) -> None:
        self._store = store
        self._recording = recording
        self._ids = ids
        self._now = now

    def listing(self, organization: str, wanted: Criteria | UUID) -> Listing:
        """What would be taken back now. Raises UnknownOrganization, and NotFound for an unknown batch."""
        return self._listing(organization, wanted, self._store.newest().position)

    def reverse(
        self,
        organization: str,
        wanted: Criteria | UUID,
        *,
        approve: str,
        actor: str,
        reason: str,
        origin: str | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Reversed:
        """Takes back what was listed with the digest `approve`, after recording who approved it and why.

        Doing it again goes on where it was broken off. Raises ListChanged where the list is another now.
        """
        batch = self._ids.derived(self._ids.organization(organization), ReversalApproved.NAME, approve)
        approval = self._approval(organization, batch)
        if approval is None:
            listing = self.listing(organization, wanted)
            if listing.digest != approve or not listing.events:
                raise ListChanged("the list is another now, or empty: list it anew, look at it, approve its digest")
            body = _approval(batch, wanted, listing, reason)
            self._record([self._act(organization, f"approval/{batch}", actor, origin, body, digest=approve)])
        else:
            listing = self._listing(organization, _wanted(approval), approval.upto)
        recorded = 0
        for done in range(0, len(listing.events), PORTION):
            bodies = [Reversal(one.event_id, reason, str(batch)) for one in listing.events[done : done + PORTION]]
            recorded += self._record(
                [
                    self._act(organization, f"{batch}/{body.event_id}", actor, origin, body, digest=approve)
                    for body in bodies
                ]
            )
            progress(done + len(bodies))
        return Reversed(batch, len(listing.events), recorded)

    def _listing(self, organization: str, wanted: Criteria | UUID, upto: int) -> Listing:
        history = policies(self._settings(organization, upto))
        found, unreadable = self._found(organization, wanted, upto)
        by_stream: dict[UUID, list[Recorded]] = {}
        for event in found:
            by_stream.setdefault(event.stream_id, []).append(event)
        streams = sorted(by_stream)
        listed: list[Listed] = []
        for first in range(0, len(streams), PORTION):
            portion = {key: by_stream[key] for key in streams[first : first + PORTION]}
            listed += self._listed(portion, upto, history)
        return Listing(tuple(sorted(listed, key=lambda one: one.event_id)), unreadable, upto)

    def _found(self, organization: str, wanted: Criteria | UUID, upto: int) -> tuple[list[Recorded], int]:
        """Events that fit, and how many would if their evidence could be read."""
        if isinstance(wanted, UUID):
            settings = self._settings(organization, upto)
            approved = [e for e in settings if isinstance(e.body, ReversalApproved) and e.body.batch == wanted]
            if not approved:
                raise NotFound("no such batch in this organization")
            begin = approved[0].envelope.recorded_at
            assert begin is not None
            portions = self._store.reversible_in_bulk(organization, begin, upto=upto)
            return [event for portion in portions for event in portion if _of_batch(event, wanted)], 0
        found: list[Recorded] = []
        unreadable = 0
        for portion in self._store.reversible_in_bulk(organization, wanted.begin, upto=upto):
            fitting = [event for event in portion if wanted.fits(event)]
            if wanted.asks_evidence:
                opened = self._store.open(fitting)
                unreadable += sum(_is_closed(event) for event in opened)
                fitting = [e for e in opened if wanted.fits_evidence(getattr(e.body, "evidence", None))]
            found += fitting
        return found, unreadable

    def _listed(self, wanted: Mapping[UUID, Sequence[Recorded]], upto: int, history: Policies) -> Iterator[Listed]:
        """Those of these events, by stream, that stand."""
        streams = self._store.read(wanted, upto=upto)
        claims = {key: claim for key, events in streams.items() if (claim := _claim(events)) is not None}
        platform = self._store.read({c.platform_key for c in claims.values() if c.platform_key}, upto=upto)
        values = self._store.values([event for events in streams.values() for event in events])
        at = self._now()
        for stream, events in streams.items():
            reversed_by = timeline(events, at=at).reversed_by
            standing = [event for event in wanted[stream] if event.event_id not in reversed_by]
            claim = claims.get(stream)
            listed = platform[claim.platform_key] if claim is not None and claim.platform_key is not None else ()
            taken = {event.event_id for event in standing}
            changed = change(events, taken, at=at, platform=listed, policies=history)
            for event in standing:
                yield Listed(
                    event_id=event.event_id,
                    identifier_id=stream,
                    kind=claim.kind if claim is not None else None,
                    value=values.get(stream),
                    name=event.name,
                    at=event.effective_at,
                    method=method(event.body),
                    channel=getattr(event.body, "channel", None),
                    scope=getattr(event.body, "scope", None) or getattr(event.body, "sender", None),
                    makes_sendable=changed.makes_sendable,
                    stops=changed.stops,
                    earlier_reversals=sum(_reverses(other, event.event_id) for other in events),
                )

    def _settings(self, organization: str, upto: int | None = None) -> list[Recorded]:
        stream = self._ids.organization(organization)
        events = self._store.read([stream], upto=upto)[stream]
        if not events:
            raise UnknownOrganization("no such organization")
        return events

    def _approval(self, organization: str, batch: UUID) -> ReversalApproved | None:
        """The batch's approval, opened; None where it was not approved."""
        approved = [
            event
            for event in self._settings(organization)
            if isinstance(event.body, ReversalApproved) and event.body.batch == batch
        ]
        bodies = [event.body for event in self._store.open(approved)]
        return next((body for body in bodies if isinstance(body, ReversalApproved)), None)

    def _act(
        self, organization: str, message_id: str, actor: str, origin: str | None, body: Body, *, digest: str
    ) -> Act:
        """The content is the list approved and the place in it: whoever goes on with it says the same again."""
        now = self._now()
        content = orjson.dumps([digest, message_id])
        kind = type(body).__name__
        return Act(
            organization, SOURCE, message_id, kind, now, content, body, occurred_at=now, actor=actor, origin=origin
        )

    def _record(self, acts: Sequence[Act]) -> int:
        """How many of the acts are new. Raises MessageRefused."""
        outcomes = self._recording.record(acts)
        for outcome in outcomes:
            if outcome.result == "refused":
                raise MessageRefused(outcome.reason or "refused", outcome.detail or "")
        return sum(outcome.result == "recorded" for outcome in outcomes)


def _approval(batch: UUID, wanted: Criteria | UUID, listing: Listing, reason: str) -> ReversalApproval:
    approval = partial(ReversalApproval, batch, listing.digest, len(listing.events), listing.upto, reason=reason)
    if isinstance(wanted, UUID):
        return approval(criteria={}, undoes=wanted)
    criteria = {name: value for name, value in asdict(wanted).items() if value is not None}
    evidence: dict[str, Any] = {name: criteria.pop(name) for name in ("user_agent", "network") if name in criteria}
    moments = {name: criteria[name].isoformat() for name in ("begin", "end")}
    methods = {"methods": sorted(wanted.methods)}
    return approval(criteria={**criteria, **moments, **methods}, evidence=evidence)


def _wanted(approval: ReversalApproved) -> Criteria | UUID:
    """What was approved, as it was asked for."""
    if approval.undoes is not None:
        return approval.undoes
    criteria = {**approval.criteria, **(approval.evidence or {})}
    moments = {name: datetime.fromisoformat(criteria[name]) for name in ("begin", "end")}
    return Criteria(**{**criteria, **moments, "methods": frozenset(criteria["methods"])})


def _is_closed(event: Recorded) -> bool:
    """Whether nothing sealed could be read of it: what is sealed always has the message's id."""
    return getattr(event.body, "message_id", None) is None


def _of_batch(event: Recorded, batch: UUID) -> bool:
    return isinstance(event.body, EventReversed) and event.body.batch == str(batch)


def _reverses(event: Recorded, event_id: UUID) -> bool:
    return isinstance(event.body, EventReversed) and event.body.reversed_event_id == event_id


def _claim(events: Sequence[Recorded]) -> IdentifierClaimed | None:
    return next((event.body for event in events if isinstance(event.body, IdentifierClaimed)), None)
