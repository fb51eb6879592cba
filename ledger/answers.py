"""Answers read from the log alone: "may I send?", and why (DESIGN §6, §8 step 8).

A committed STOP is in the next answer even if every projector is down. If the log cannot be read there is no
answer at all (LogUnavailable), never a yes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from ledger.acts import Given
from ledger.errors import NotFound, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.ids import Ids
from ledger.rules.adopted import policies
from ledger.rules.identity import Person, holder, person
from ledger.rules.policy import Policies
from ledger.rules.status import Status, status
from ledger.store.store import Store

Asked = Given | UUID
"""An identifier by value, or by its id."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A status with the events it was judged from, in the order of the walk's verdicts.

    `unknown` are those the ledger did not know yet at `known_at`, and `today` the status with them. `claim` names
    the identifier, opened; None where nobody ever claimed it.
    """

    status: Status
    events: tuple[Recorded, ...]
    known_at: datetime | None = None
    unknown: tuple[Recorded, ...] = ()
    today: Status | None = None
    claim: Recorded | None = None


class Answers:
    """Asks the log; `now` is the clock for questions that name no moment."""

    def __init__(self, store: Store, ids: Ids, now: Callable[[], datetime]) -> None:
        self._store = store
        self._ids = ids
        self._now = now

    def sendable(
        self,
        organization: str,
        channel: str,
        scope: str,
        purpose: str,
        identifiers: Sequence[Asked],
        *,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[Status]:
        """One status an identifier, in order. Identifiers nobody has heard of are `never`.

        Without `at`, the moment is the later of now and the log's newest `recorded_at`. Raises
        UnknownOrganization, NotFound for an id the organization does not have, LogUnavailable.
        """
        keys = [self._key(organization, asked) for asked in identifiers]
        streams = self._streams(organization, keys, identifiers)
        history = policies(streams[self._ids.organization(organization)])
        moment = at if at is not None else self.moment()
        return [
            status(
                streams[key],
                channel=channel,
                scope=scope,
                purpose=purpose,
                at=moment,
                known_at=known_at,
                platform=self._platform(streams, asked, streams[key]),
                policies=history,
            )
            for key, asked in zip(keys, identifiers, strict=True)
        ]

    def explain(
        self,
        organization: str,
        identifier: Asked,
        channel: str,
        scope: str,
        purpose: str,
        *,
        at: datetime | None = None,
        known_at: datetime | None = None,
        opened: bool = False,
    ) -> Explanation:
        """The status with its events, each of which has a verdict. `opened`: with their sealed fields."""
        key = self._key(organization, identifier)
        streams = self._streams(organization, [key], [identifier])
        platform = self._platform(streams, identifier, streams[key])
        return explanation(
            streams[key],
            platform,
            channel=channel,
            scope=scope,
            purpose=purpose,
            at=at if at is not None else self.moment(),
            known_at=known_at,
            policies=policies(streams[self._ids.organization(organization)]),
            opened=self._store.open,
            whole=opened,
        )

    def history(self, organization: str, identifier: Asked, *, opened: bool = False) -> list[Recorded]:
        """Every event of the identifier's stream, in log order. Raises NotFound where there is none."""
        key = self._key(organization, identifier)
        events = self._streams(organization, [key], [identifier])[key]
        if not events:
            raise NotFound("no such identifier in this organization")
        return self._store.open(events) if opened else events

    def holder(self, organization: str, identifier: Asked) -> tuple[UUID, UUID | None]:
        """Identifier id, and the id of the person who holds it now (None where nobody does)."""
        key = self._key(organization, identifier)
        contact = holder(self._streams(organization, [key], [identifier])[key])
        return key, (self.person(organization, contact).id if contact is not None else None)

    def person(self, organization: str, contact: UUID) -> Person:
        """The person behind a contact id, alias or not. Raises NotFound."""
        events = self._store.read([contact])[contact]
        if not events or events[0].envelope.organization != organization:
            raise NotFound("no such contact in this organization")
        if not events[0].name.startswith("contact."):
            raise NotFound("no such contact in this organization")
        return person(contact, self._store.read)

    def moment(self) -> datetime:
        """The moment of a question that names none: the later of now and the newest recorded time."""
        newest = self._store.newest().recorded_at
        now = self._now()
        return max(now, newest) if newest is not None else now

    def _key(self, organization: str, asked: Asked) -> UUID:
        if isinstance(asked, UUID):
            return asked
        return self._ids.identifier(organization, asked.kind, asked.value)

    def _streams(
        self, organization: str, keys: Sequence[UUID], identifiers: Sequence[Asked]
    ) -> dict[UUID, list[Recorded]]:
        """The identifiers' streams and the platform's listings of them, in as few reads as can be."""
        settings = self._ids.organization(organization)
        listings = {
            self._ids.platform(asked.kind, asked.value)
            for asked in identifiers
            if isinstance(asked, Given) and asked.kind == "email"
        }
        streams = self._store.read({settings, *keys, *listings})
        if not streams[settings]:
            raise UnknownOrganization("no such organization")
        by_id = {key for key, asked in zip(keys, identifiers, strict=True) if isinstance(asked, UUID)}
        if any(not streams[key] or streams[key][0].envelope.organization != organization for key in by_id):
            raise NotFound("no such identifier in this organization")
        more = {listing for key in by_id for listing in [_platform_key(streams[key])] if listing is not None}
        if more - streams.keys():
            streams.update(self._store.read(more - streams.keys()))
        return streams

    def _platform(
        self, streams: dict[UUID, list[Recorded]], asked: Asked, events: Sequence[Recorded]
    ) -> list[Recorded]:
        if isinstance(asked, Given):
            key = self._ids.platform(asked.kind, asked.value) if asked.kind == "email" else None
        else:
            key = _platform_key(events)
        return streams[key] if key is not None else []


def explanation(
    events: Sequence[Recorded],
    platform: Sequence[Recorded],
    *,
    channel: str,
    scope: str,
    purpose: str,
    at: datetime,
    known_at: datetime | None,
    policies: Policies,
    opened: Callable[[Sequence[Recorded]], list[Recorded]],
    whole: bool = False,
) -> Explanation:
    """The explanation of one identifier's events. `opened` opens what is shown: its claim, or the `whole`."""
    judge = partial(
        status,
        events,
        channel=channel,
        scope=scope,
        purpose=purpose,
        at=at,
        platform=platform,
        policies=policies,
    )
    judged = judge(known_at=known_at)
    everything = (*events, *platform)
    claim = next((event for event in everything if isinstance(event.body, IdentifierClaimed)), None)
    shown = {e.event_id: e for e in opened(everything if whole else [claim] if claim is not None else [])}
    said = {event.event_id: shown.get(event.event_id, event) for event in everything}
    order = [verdict.event_id for verdict in judged.verdicts]
    return Explanation(
        judged,
        tuple(said[event_id] for event_id in order),
        known_at,
        tuple(said[event_id] for event_id in said.keys() - set(order)),
        judge(known_at=None) if known_at is not None else None,
        said[claim.event_id] if claim is not None else None,
    )


def _platform_key(events: Sequence[Recorded]) -> UUID | None:
    """Where the platform's listing of this address is, as its first claim says."""
    for event in events:
        if isinstance(event.body, IdentifierClaimed):
            return event.body.platform_key
    return None
