"""One thing done to many people: each looked at first, then acted on, once (Y5, Y6; decision 036).

Reads the log, never a projection: what a list says was so when it was looked at.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from ledger.acts.act import Act, Body
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.acts.settings import BatchApproval
from ledger.by_hand import by_hand
from ledger.deleting import Deleting
from ledger.errors import MessageRefused
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import ALL, CHANNELS_OF
from ledger.ids import Ids
from ledger.recording import Recording
from ledger.rules.adopted import policies
from ledger.rules.changing import changes
from ledger.rules.identity import Person, is_contact_of, is_erased, person
from ledger.rules.policy import Policies
from ledger.rules.timeline import timeline
from ledger.store.batches import Member
from ledger.store.store import Store

SOURCE: Final = "contact-ledger/bulk"
PORTION: Final = 500
"""People read, and acts recorded, at once."""

Streams = Mapping[UUID, Sequence[Recorded]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done to each: `delete`, or one of `by_hand.ACTIONS` to every identifier that has the channel.

    `scope` is the organization's code where the action knows no other place.
    """

    action: str
    channel: str
    scope: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What looking at a person came to; `identifiers`: those that would change, with their kinds."""

    member: Member
    identifiers: Mapping[UUID, str]
    streams: frozenset[UUID]


class Batching:
    """Looks at people and acts on them, a portion at a time: at most PORTION of them."""

    def __init__(self, store: Store, recording: Recording, ids: Ids, now: Callable[[], datetime]) -> None:
        self._store = store
        self._recording = recording
        self._ids = ids
        self._now = now
        self._deleting = Deleting(store, recording, ids, now)

    def look(self, organization: str, wanted: Wanted, contacts: Sequence[UUID]) -> list[Member]:
        """What would become of each now: `change`, `already`, or `refused` and why."""
        return [one.member for one in self._found(organization, wanted, contacts, {})]

    def approve(self, organization: str, approval: BatchApproval) -> None:
        """Records the approval, once. Raises MessageRefused."""
        act = self._act(organization, approval.batch, "approval", approval.approved_by, approval)
        [outcome] = self._recording.record([act])
        if outcome.result == "refused":
            raise MessageRefused(outcome.reason or "refused", outcome.detail or "")

    def act(
        self, organization: str, batch: UUID, wanted: Wanted, contacts: Sequence[UUID], *, actor: str, reason: str
    ) -> list[Member]:
        """Acts on each who would still change; what became of it. Again under the same batch does nothing again."""
        streams: dict[UUID, list[Recorded]] = {}
        found = self._found(organization, wanted, contacts, streams)
        mine = [one for one in found if any(_is_of(streams[key], batch) for key in one.streams)]
        done = {one.member.contact: Member(one.member.contact, "done") for one in mine}
        acts: list[Act] = []
        of: list[UUID] = []
        values = self._store.values([event for one in found for key in one.identifiers for event in streams[key]])
        for one in found:
            if one.member.contact not in done and one.member.state == "change":
                for place, body in self._bodies(one, wanted, values, reason):
                    acts.append(self._act(organization, batch, f"{one.member.contact}/{place}", actor, body))
                    of.append(one.member.contact)
        failed: dict[UUID, str] = {}
        for contact, outcome in zip(of, self._recording.record(acts) if acts else (), strict=True):
            if outcome.result == "refused":
                failed.setdefault(contact, outcome.reason or "refused")
        for contact in of:
            why = failed.get(contact)
            done[contact] = Member(contact, "failed", why) if why else Member(contact, "done")
        return [done.get(one.member.contact, _without_value(one.member)) for one in found]

    def _found(
        self, organization: str, wanted: Wanted, contacts: Sequence[UUID], streams: dict[UUID, list[Recorded]]
    ) -> list[_Found]:
        """Looks at each; fills `streams` with what was read of them."""
        settings = self._ids.organization(organization)
        history = policies(self._store.read([settings])[settings])
        streams.update(self._store.read_linked(contacts))

        def read(keys: Collection[UUID]) -> Streams:
            missing = [key for key in keys if key not in streams]
            streams.update(self._store.read(missing) if missing else {})
            return {key: streams[key] for key in keys}

        people = {one: person(one, read) for one in contacts if is_contact_of(streams[one], organization)}
        if wanted.action == "delete":
            refused = self._refused(organization, contacts)
            return [self._deletable(one, people.get(one), refused) for one in contacts]
        read([key for one in people.values() for key in _meant(one, wanted)])
        return [self._judged(one, people.get(one), wanted, streams, history) for one in contacts]

    def _refused(self, organization: str, contacts: Sequence[UUID]) -> dict[UUID, str | None]:
        return {one.person_id: one.refused for one in self._deleting.listing(organization, contacts).people}

    def _deletable(self, contact: UUID, one: Person | None, refused: Mapping[UUID, str | None]) -> _Found:
        """By the guard of bulk deletion (Y6)."""
        why = refused.get(one.id if one is not None else contact, "unknown_contact")
        if why == "deleted_already":
            member = Member(contact, "already")
        else:
            member = Member(contact, "refused", why) if why else Member(contact, "change")
        return _Found(member, {}, frozenset(one.contacts if one is not None else ()))

    def _judged(
        self, contact: UUID, one: Person | None, wanted: Wanted, streams: Streams, history: Policies
    ) -> _Found:
        if one is None:
            return _Found(Member(contact, "refused", "unknown_contact"), {}, frozenset())
        meant = _meant(one, wanted)
        if all(is_erased(streams[part]) for part in one.contacts):
            return _Found(Member(contact, "refused", "erased"), {}, frozenset())
        if not meant:
            return _Found(Member(contact, "refused", "no_identifier"), {}, frozenset())
        at = self._now()
        changed = {
            key: kind
            for key, kind in meant.items()
            if changes(
                timeline(streams[key], at=at),
                kind,
                wanted.action,
                wanted.scope,
                channel=wanted.channel,
                policies=history,
            )
        }
        return _Found(Member(contact, "change" if changed else "already"), changed, frozenset(meant))

    def _bodies(
        self, one: _Found, wanted: Wanted, values: Mapping[UUID, str], reason: str
    ) -> list[tuple[str, Body]]:
        """(what tells it from the others of the person, act), of each act on the person."""
        if wanted.action == "delete":
            return [("delete", ContactChange("delete", one.member.contact, reason))]
        return [
            (
                str(key),
                by_hand(
                    wanted.action,
                    Given(kind, values[key], values[key]),
                    wanted.scope,
                    reason,
                    channel=wanted.channel,
                ),
            )
            for key, kind in sorted(one.identifiers.items())
            if key in values
        ]

    def _act(self, organization: str, batch: UUID, place: str, actor: str, body: Body) -> Act:
        """The content is the batch and the place in it: whoever goes on with it says the same again."""
        now, message_id = self._now(), f"{batch}/{place}"
        kind, content = type(body).__name__, orjson.dumps([str(batch), place])
        return Act(
            organization,
            SOURCE,
            message_id,
            kind,
            now,
            content,
            body,
            occurred_at=now,
            actor=actor,
            correlation_id=str(batch),
        )


def _meant(one: Person, wanted: Wanted) -> dict[UUID, str]:
    """The person's identifiers that are reached on the channel, or at all."""
    return {
        key: kind
        for key, kind in one.identifiers.items()
        if (CHANNELS_OF.get(kind) if wanted.channel == ALL else wanted.channel in CHANNELS_OF.get(kind, ()))
    }


def _is_of(events: Sequence[Recorded], batch: UUID) -> bool:
    return any(event.envelope.correlation_id == str(batch) for event in events)


def _without_value(member: Member) -> Member:
    """Who would change and could not be acted on, as no value is left to name anything by."""
    return Member(member.contact, "failed", "erased") if member.state == "change" else member
