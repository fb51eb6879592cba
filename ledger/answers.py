"""Answers read from the log alone: "may I send?", and why (DESIGN §6, §8 step 8).

A committed STOP is in the next answer even if every projector is down. If the log cannot be read there is no
answer at all (LogUnavailable), never a yes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from ledger.acts.given import Given
from ledger.errors import NotFound, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.ids import Ids
from ledger.rules.adopted import policies
from ledger.rules.deliverability import platform_key
from ledger.rules.identity import Person, holder, person
from ledger.rules.policy import Policies
from ledger.rules.status import NO_BEARING, Status, status
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


class _Found(NamedTuple):
    """An identifier's events, and those of the platform's listing of it."""

    key: UUID
    events: list[Recorded]
    platform: list[Recorded]


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
        """One status an identifier, in order, without verdicts. Identifiers nobody has heard of are `never`.

        Without `at`, the moment is the later of now and the log's newest `recorded_at`. Raises
        UnknownOrganization, NotFound for an id the organization does not have, LogUnavailable.
        """
        found, settings = self._found(organization, identifiers, whole=False)
        history = policies(settings)
        moment = at if at is not None else self.moment()
        return [
            status(
                one.events,
                channel=channel,
                scope=scope,
                purpose=purpose,
                at=moment,
                known_at=known_at,
                platform=one.platform,
                policies=history,
                explained=False,
            )
            for one in found
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
        (found,), settings = self._found(organization, [identifier])
        return explanation(
            found.events,
            found.platform,
            channel=channel,
            scope=scope,
            purpose=purpose,
            at=at if at is not None else self.moment(),
            known_at=known_at,
            policies=policies(settings),
            opened=self._store.open,
            whole=opened,
        )

    def history(self, organization: str, identifier: Asked, *, opened: bool = False) -> list[Recorded]:
        """Every event of the identifier's stream, in log order. Raises NotFound where there is none."""
        (found,), _ = self._found(organization, [identifier])
        if not found.events:
            raise NotFound("no such identifier in this organization")
        return self._store.open(found.events) if opened else found.events

    def holder(self, organization: str, identifier: Asked) -> tuple[UUID, UUID | None]:
        """Identifier id, and the id of the person who holds it now (None where nobody does)."""
        (found,), _ = self._found(organization, [identifier])
        contact = holder(found.events)
        return found.key, (self.person(organization, contact).id if contact is not None else None)

    def person(self, organization: str, contact: UUID) -> Person:
        """The person behind a contact id, alias or not. Raises NotFound."""
        streams = self._store.read_linked([contact])
        events = streams[contact]
        if not events or events[0].envelope.organization != organization:
            raise NotFound("no such contact in this organization")
        if not events[0].name.startswith("contact."):
            raise NotFound("no such contact in this organization")
        return person(contact, lambda keys: streams if streams.keys() >= set(keys) else self._store.read(keys))

    def moment(self) -> datetime:
        """The moment of a question that names none: the later of now and the newest recorded time."""
        newest = self._store.newest().recorded_at
        now = self._now()
        return max(now, newest) if newest is not None else now

    def _key(self, organization: str, asked: Asked) -> UUID:
        if isinstance(asked, UUID):
            return asked
        return self._ids.identifier(organization, asked.kind, asked.value)

    def _found(
        self, organization: str, identifiers: Sequence[Asked], *, whole: bool = True
    ) -> tuple[list[_Found], list[Recorded]]:
        """What the log has of each, with the platform's listings, and the organization's settings.

        In as few reads as can be: one, and another for listings of identifiers that were asked for by id. Not
        `whole`: of those asked for by value only what a status depends on, in no order.
        """
        settings = self._ids.organization(organization)
        keys = [self._key(organization, asked) for asked in identifiers]
        listings = [self._listing(asked) for asked in identifiers]
        wanted = [settings, *keys, *(key for key in listings if key is not None)]
        by_value = all(isinstance(asked, Given) for asked in identifiers)
        less = by_value and not whole
        streams = self._store.read_less(wanted, NO_BEARING) if less else self._store.read(wanted)
        set_up = sorted(streams.get(settings, ()), key=attrgetter("version"))
        if not set_up:
            raise UnknownOrganization("no such organization")
        if not by_value:
            streams |= self._listed(organization, identifiers, listings, streams)
        found = [
            _Found(key, streams.get(key, []), streams.get(listing, []) if listing is not None else [])
            for key, listing in zip(keys, listings, strict=True)
        ]
        return found, set_up

    def _listed(
        self,
        organization: str,
        identifiers: Sequence[Asked],
        listings: list[UUID | None],
        streams: Mapping[UUID, Sequence[Recorded]],
    ) -> dict[UUID, list[Recorded]]:
        """Fills in where the listings are of identifiers asked for by id, and reads those. Raises NotFound."""
        for number, asked in enumerate(identifiers):
            if isinstance(asked, UUID):
                events = streams[asked]
                if not events or events[0].envelope.organization != organization:
                    raise NotFound("no such identifier in this organization")
                listings[number] = platform_key(events)
        return self._store.read({key for key in listings if key is not None} - streams.keys())

    def _listing(self, asked: Asked) -> UUID | None:
        """Where the platform's listing of an e-mail address given by value is."""
        if isinstance(asked, Given) and asked.kind == "email":
            return self._ids.platform(asked.kind, asked.value)
        return None


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
