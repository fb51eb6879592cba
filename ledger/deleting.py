"""Deleting many contacts, softly: listed first, approved by the list's digest (Y6, Y13).

A run that broke off is gone on with by listing anew: who is deleted already is refused as that, the rest is left.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

import orjson

from ledger.acts.act import Act
from ledger.acts.contact import ContactChange
from ledger.errors import MessageRefused, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.ids import Ids
from ledger.recording import Recording
from ledger.reversing import ListChanged
from ledger.rules.adopted import policies
from ledger.rules.deletable import obstacle
from ledger.rules.deliverability import platform_key
from ledger.rules.identity import Person, is_contact_of, is_deleted, is_erased, person
from ledger.rules.policy import Policies
from ledger.rules.timeline import timeline
from ledger.store.store import Store

SOURCE: Final = "contact-ledger/deletion"
PORTION: Final = 500
"""People read, and acts recorded, at once."""
_GATED: Final = ("email", "phone")


class DeletionListChanged(ListChanged):
    """Who is to be deleted is not who was listed: list them anew and approve that."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person asked for. `refused`: why it stays, None where it may be deleted."""

    person_id: UUID
    refused: str | None


@dataclass(frozen=True, slots=True)
class DeletionList:
    """Everyone asked for, each once, in the order of ids."""

    people: tuple[Candidate, ...]

    @property
    def deletable(self) -> list[UUID]:
        return [one.person_id for one in self.people if one.refused is None]

    @property
    def digest(self) -> str:
        """SHA-256 over those to be deleted."""
        return sha256("".join(f"{one}\n" for one in self.deletable).encode()).hexdigest()


class Deleting:
    """Lists and deletes. `gated`: only whose every e-mail and phone is of no use to senders (Y6)."""

    def __init__(self, store: Store, recording: Recording, ids: Ids, now: Callable[[], datetime]) -> None:
        self._store = store
        self._recording = recording
        self._ids = ids
        self._now = now

    def listing(self, organization: str, contacts: Collection[UUID], *, gated: bool = True) -> DeletionList:
        """What deleting these contacts, by any ids of theirs, would do now. Raises UnknownOrganization."""
        settings = self._ids.organization(organization)
        adopted = self._store.read([settings])[settings]
        if not adopted:
            raise UnknownOrganization("no such organization")
        history = policies(adopted)
        wanted = sorted(set(contacts))
        found: dict[UUID, Candidate] = {}
        for first in range(0, len(wanted), PORTION):
            for one in self._candidates(organization, wanted[first : first + PORTION], history, gated=gated):
                found[one.person_id] = one
        return DeletionList(tuple(found[key] for key in sorted(found)))

    def delete(
        self,
        organization: str,
        listing: DeletionList,
        *,
        approve: str,
        actor: str,
        reason: str,
        origin: str | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> int:
        """Deletes the people of a list just made, where its digest is the approved one; how many were.

        Raises DeletionListChanged, MessageRefused.
        """
        people = listing.deletable
        if listing.digest != approve or not people:
            raise DeletionListChanged("the list is another now, or empty: list it anew and approve its digest")
        recorded = 0
        for first in range(0, len(people), PORTION):
            portion = people[first : first + PORTION]
            acts = [self._act(organization, one, approve, actor, reason, origin) for one in portion]
            outcomes = self._recording.record(acts)
            refused = next((outcome for outcome in outcomes if outcome.result == "refused"), None)
            if refused is not None:
                raise MessageRefused(refused.reason or "refused", refused.detail or "")
            recorded += sum(outcome.result == "recorded" for outcome in outcomes)
            progress(first + len(portion))
        return recorded

    def _candidates(
        self, organization: str, contacts: Sequence[UUID], history: Policies, *, gated: bool
    ) -> list[Candidate]:
        streams = self._store.read_linked(contacts)

        def read(wanted: Collection[UUID]) -> Mapping[UUID, Sequence[Recorded]]:
            missing = [key for key in wanted if key not in streams]
            if missing:
                streams.update(self._store.read(missing))
            return {key: streams[key] for key in wanted}

        refused: dict[UUID, str] = {}
        people: dict[UUID, Person] = {}
        for contact in contacts:
            events = streams[contact]
            if not is_contact_of(events, organization):
                refused[contact] = "unknown_contact"
                continue
            one = person(contact, read)
            people[one.id] = one
            if all(is_erased(streams[part]) for part in one.contacts):
                refused[one.id] = "erased"
            elif all(is_deleted(streams[part]) for part in one.contacts):
                refused[one.id] = "deleted_already"
        if gated:
            self._gate([one for one in people.values() if one.id not in refused], history, refused)
        return [Candidate(key, refused.get(key)) for key in {*people, *refused}]

    def _gate(self, people: Sequence[Person], history: Policies, refused: dict[UUID, str]) -> None:
        """Says of each person that may not be deleted in bulk why."""
        held = {one.id: [key for key, kind in one.identifiers.items() if kind in _GATED] for one in people}
        streams = self._store.read({key for keys in held.values() for key in keys})
        listings = {
            key: listing for key, events in streams.items() if (listing := platform_key(events)) is not None
        }
        platform = self._store.read(set(listings.values()))
        at = self._now()
        for one in people:
            found = [
                obstacle(
                    timeline(streams[key], at=at),
                    one.identifiers[key],
                    platform=timeline(platform[listings[key]], at=at) if key in listings else None,
                    policies=history,
                )
                for key in held[one.id]
            ]
            reasons = sorted(reason for reason in found if reason is not None)
            if reasons or not found:
                refused[one.id] = "subscribed" if "subscribed" in reasons else "never_subscribed"

    def _act(self, organization: str, one: UUID, digest: str, actor: str, reason: str, origin: str | None) -> Act:
        now = self._now()
        return Act(
            organization,
            SOURCE,
            f"{digest}/{one}",
            "ContactChange",
            now,
            orjson.dumps([digest, str(one)]),
            ContactChange("delete", one, reason),
            occurred_at=now,
            actor=actor,
            correlation_id=digest,
            origin=origin,
        )
