"""Acts in, events recorded: the only way anything gets into the log (DESIGN §8 step 4).

One call is one batch: read in bulk the streams the acts touch, decide, take the writer lock, see whether
anything that was read has moved meanwhile and decide the acts it touches anew, then write it all in one
transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from ledger.acts.act import Act, Rejection
from ledger.acts.contact import ContactChange
from ledger.acts.identifier import Receipt
from ledger.deciding.decision import decide
from ledger.deciding.naming import act_id, contacts_of, digest, givens_of, identifiers, named_events, subjects
from ledger.deciding.reading import Log, asked_first, known_acts, load, read_view
from ledger.deciding.view import Draft, NotLoaded, View
from ledger.errors import MessageRefused
from ledger.events.envelope import Recorded
from ledger.ids import Ids
from ledger.store.store import Advance, Store, Writing


@dataclass(slots=True, unsafe_hash=True)
class Outcome:
    """What became of one act.

    `result`: recorded, duplicate (already in the log), unchanged (nothing new in it), conflict (recorded
    although its message id was used before) or refused (`reason` and `detail` say why; a rejection is kept).
    `flags`: what was wrong in it though it was taken, as its events have it; of a duplicate, those it came with.
    """

    act: Act
    result: str
    event_ids: tuple[UUID, ...] = ()
    reason: str | None = None
    detail: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Decided:
    outcome: Outcome
    draft: Draft | None = None
    missed: set[UUID] = field(default_factory=set)
    """Streams looked for before the draft was made anew, or that it was refused for."""

    @property
    def reads(self) -> set[UUID]:
        return self.missed | self.draft.reads if self.draft is not None else self.missed

    def written(self) -> set[UUID]:
        return {event.stream_id for event in self.draft.events} if self.draft is not None else set()


class Recording:
    """Records acts through a store; holds no state between calls."""

    def __init__(self, store: Store, ids: Ids) -> None:
        self._store = store
        self._ids = ids

    def record(
        self,
        acts: Sequence[Act],
        *,
        rejections: Sequence[Rejection] = (),
        advances: Sequence[Advance] = (),
        keep_refused: bool = True,
    ) -> list[Outcome]:
        """Records a batch in one transaction: events, rejections (given and arising) and the Kafka positions.

        Without `keep_refused` no rejection is made of what is refused: whoever brings it in is told, and has it.

        Returns one outcome an act, in order. Raises PositionMoved where another consumer was faster with any of
        the positions; nothing is written then.
        """
        *before, last = _ending_in_erasures(acts)
        outcomes = [outcome for part in before for outcome in self._record(part, (), (), keep_refused)]
        return outcomes + self._record(last, rejections, advances, keep_refused)

    def recorded_before(self, act: Act) -> list[UUID]:
        """Ids of the events that an act made when it was first recorded, for answering its repetition alike."""
        first, said = act_id(self._ids, act), digest(self._ids, act)
        return self._store.act_events([first, self._ids.derived(first, "conflict", said.hex())], said)

    def _record(
        self,
        acts: Sequence[Act],
        rejections: Sequence[Rejection],
        advances: Sequence[Advance],
        keep_refused: bool,
    ) -> list[Outcome]:
        asked = asked_first(self._ids, acts)
        with self._store.beginning(*asked) as (store, begun):
            view = read_view(store, self._ids, acts, asked.view(begun.known, begun.places))
            decided = [self._decide(store, view, act) for act in acts]
            with store.writing(_events(decided)) as writing:
                decided = self._decide_moved(writing, view, begun.position, decided)
                _write(writing, decided, rejections, keep_refused)
                for advance in advances:
                    writing.advance(advance)
        return [one.outcome for one in decided]

    def _decide(self, log: Log, view: View, act: Act) -> _Decided:
        missed: set[UUID] = set()
        while True:
            try:
                draft = decide(view, self._ids, act)
            except NotLoaded as missing:
                missed |= missing.stream_ids
                load(log, view, missing)
            except MessageRefused as refusal:
                refused = Outcome(act, "refused", (), refusal.reason, refusal.detail)
                return _Decided(refused, None, missed.union(subjects(self._ids, act)))
            else:
                break
        if draft is None:
            return _Decided(Outcome(act, "duplicate", flags=act.flags), None, missed)
        view.take(draft)
        event_ids = tuple([event.envelope.event_id for event in draft.events])
        result = "unchanged" if not event_ids else "conflict" if "conflict" in draft.flags else "recorded"
        return _Decided(Outcome(act, result, event_ids, flags=draft.flags), draft, missed)

    def _decide_moved(self, writing: Writing, view: View, read_at: int, decided: list[_Decided]) -> list[_Decided]:
        """Under the lock: decides anew the acts for which anything moved since it was read.

        Whatever moved is read again, also what no decision looked at: another decision may look at it.
        """
        acts = [one.outcome.act for one in decided]
        deliveries = self._bounced_deliveries(writing, acts)
        moved, known, placed = set[UUID](), view.known, dict[UUID, UUID]()
        if writing.before.position > read_at:
            moved = writing.changed_since(read_at, view.base)
            known = known_acts(writing, view.known)
            placed = writing.places([event_id for event_id, place in view.places.items() if place is None])
        moved |= {key[0] for key, at in deliveries.items() if view.delivered.get(key) != at}
        moved_acts = {one for one, digests in known.items() if view.known[one] != digests}
        looked_at = bool(moved) and any(not moved.isdisjoint(one.reads) for one in decided)
        if not looked_at and not moved_acts and not placed:
            return decided
        fresh = View(view.base, known, {**view.delivered, **deliveries}, {**view.places, **placed})
        fresh.load(writing.read(moved))
        again: list[_Decided] = []
        for one in decided:
            act = one.outcome.act
            if (
                moved & one.reads
                or act_id(self._ids, act) in moved_acts
                or not placed.keys().isdisjoint(named_events(self._ids, act))
            ):
                redone = self._decide(writing, fresh, act)
                moved |= one.written() | redone.written()
                again.append(redone)
            else:
                if one.draft is not None:
                    fresh.take(one.draft)
                again.append(one)
        return again

    def _bounced_deliveries(self, log: Log, acts: Sequence[Act]) -> dict[tuple[UUID, str], datetime]:
        """The newest deliveries of addresses that bounce in this batch, as they are now."""
        bounced = [act for act in acts if isinstance(act.body, Receipt) and act.body.outcome != "delivered"]
        if not bounced:
            return {}
        return log.deliveries({i for act in bounced for i in identifiers(self._ids, act)})


def _ending_in_erasures(acts: Sequence[Act]) -> list[Sequence[Act]]:
    """The acts cut after each erasure: what follows one must find its keys gone, so it is a batch of its own.

    Acts are idempotent, so a crash between the parts loses nothing: the position moves with the last.
    """
    ends = [
        n + 1 for n, act in enumerate(acts) if isinstance(act.body, ContactChange) and act.body.action == "erase"
    ]
    cuts = [0, *ends, len(acts)] if not ends or ends[-1] != len(acts) else [0, *ends]
    return [acts[start:end] for start, end in pairwise(cuts)]


def _events(decided: Sequence[_Decided]) -> list[Recorded]:
    return [event for one in decided if one.draft is not None for event in one.draft.events]


def _write(
    writing: Writing, decided: Sequence[_Decided], rejections: Sequence[Rejection], keep_refused: bool
) -> None:
    drafts = [one.draft for one in decided if one.draft is not None]
    reopened = {stream for draft in drafts for stream in draft.reopened}
    writing.append(writing.seal(_events(decided), reopen=reopened))
    destroyed = {stream for draft in drafts for stream in draft.destroyed}
    if destroyed:
        writing.destroy_keys(destroyed)
    deliveries = {key: at for draft in drafts for key, at in draft.deliveries.items()}
    if deliveries:
        writing.note_deliveries(deliveries)
    refused = [_rejection(one.outcome) for one in decided if keep_refused and one.outcome.result == "refused"]
    if rejections or refused:
        writing.reject([*rejections, *refused])


def _rejection(outcome: Outcome) -> Rejection:
    act = outcome.act
    return Rejection(
        reason=outcome.reason or "refused",
        detail=outcome.detail or "",
        received_at=act.received_at,
        payload=act.payload,
        headers=act.headers,
        organization=act.organization,
        source=act.source,
        origin=act.origin,
        identifiers=givens_of(act),
        contacts=contacts_of(act),
    )
