"""What a batch of acts needs to have read, in as few bulk reads as its depth asks for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from ledger.acts.act import Act
from ledger.acts.consent import OptOut, SignUp
from ledger.acts.contact import ContactChange, Identification, Link, Unlink
from ledger.acts.identifier import DeliverabilityChange, Receipt
from ledger.deciding.naming import act_id, contacts_of, identifiers, named_events, subjects
from ledger.deciding.view import NotLoaded, View
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import CHANNELS_OF
from ledger.ids import Ids
from ledger.rules.identity import attached, holder, standing


class Log(Protocol):
    """What deciding needs of the store: bulk reads."""

    def read(self, stream_ids: Iterable[UUID], /) -> Mapping[UUID, Sequence[Recorded]]: ...

    def read_linked(self, contact_ids: Collection[UUID], /) -> Mapping[UUID, Sequence[Recorded]]: ...

    def read_whole(self, contact_ids: Collection[UUID], /) -> Mapping[UUID, Sequence[Recorded]]: ...

    def known_acts(self, act_ids: Collection[UUID], /) -> dict[UUID, frozenset[bytes]]: ...

    def deliveries(self, identifier_ids: Collection[UUID], /) -> dict[tuple[UUID, str], datetime]: ...

    def places(self, event_ids: Collection[UUID], /) -> dict[UUID, UUID]: ...


class Asked(NamedTuple):
    """Ids of acts, and of the events they name: what the log has of these is to be asked first."""

    act_ids: list[UUID]
    event_ids: list[UUID]

    def view(self, known: Mapping[UUID, frozenset[bytes]], places: Mapping[UUID, UUID]) -> View:
        """The view that begins with the log's answer."""
        return View(
            known={**dict.fromkeys(self.act_ids, frozenset[bytes]()), **known},
            places={**dict.fromkeys(self.event_ids), **places},
        )


def asked_first(ids: Ids, acts: Sequence[Act]) -> Asked:
    """What to ask before anything of these acts can be decided."""
    return Asked(
        [act_id(ids, act) for act in acts],
        [event_id for act in acts for event_id in named_events(ids, act)],
    )


def read_view(log: Log, ids: Ids, acts: Sequence[Act], begun: View | None = None) -> View:
    """The view to decide these acts on: their identifiers, holders, linked contacts, and what they name.

    `begun`: a view with the answer to what is asked first, where somebody has it.
    """
    if begun is None:
        asked = asked_first(ids, acts)
        places = log.places(asked.event_ids) if asked.event_ids else {}
        begun = asked.view(log.known_acts(asked.act_ids), places)
    view = begun
    receipts = {identifier for act in acts if isinstance(act.body, Receipt) for identifier in identifiers(ids, act)}
    if receipts:
        view.deliver(log.deliveries(receipts))
    named = [subjects(ids, act) for act in acts]
    placed = {place for place in view.places.values() if place is not None}
    view.load(log.read({ids.organization(act.organization) for act in acts}.union(placed, *named)))
    whole = _read_whole(log, ids, view, acts)
    beyond = [streams for act, streams in zip(acts, named, strict=True) if not _stays_with_identifier(act)]
    held_by = (holder(view.events(stream)) for stream in placed.union(*beyond))
    _read_people(log, view, {contact for contact in held_by if contact is not None} - whole)
    _read_joined(log, ids, view, acts)
    return view


def load(log: Log, view: View, missing: NotLoaded) -> None:
    """Reads what a decision found missing."""
    if missing.event_ids:
        _locate(log, view, missing.event_ids)
    if missing.stream_ids:
        view.load(log.read(missing.stream_ids))
    if missing.act_ids:
        found = known_acts(log, missing.act_ids)
        view.known.update(found)
        view.acts.update(found)


def known_acts(log: Log, act_ids: Collection[UUID]) -> dict[UUID, frozenset[bytes]]:
    """Of each act the digests under which it is in the log."""
    return {**dict.fromkeys(act_ids, frozenset[bytes]()), **log.known_acts(act_ids)}


def _locate(log: Log, view: View, event_ids: Collection[UUID]) -> None:
    found = log.places(event_ids)
    view.places.update({event_id: found.get(event_id) for event_id in event_ids})


def _stays_with_identifier(act: Act) -> bool:
    """Whether the act has no bearing on the person's contact or other identifiers. Where it has, as decided, the
    contact is read then.
    """
    body = act.body
    if isinstance(body, OptOut):
        return body.channel in CHANNELS_OF[body.identifier.kind]
    return isinstance(body, Receipt | DeliverabilityChange)


def _read_people(log: Log, view: View, contacts: set[UUID]) -> None:
    """Reads the contacts and all that are linked with them, breadth first. What is not here after the first step is
    read with all behind it.
    """
    people: set[UUID] = set()
    _read_missing(log, view, contacts)
    while contacts:
        people |= contacts
        contacts = {other for one in contacts for other in view.fold(one, standing).links.values()} - people
        missing = [one for one in contacts if not view.has(one)]
        if missing:
            found = log.read_linked(missing)
            _load_new(view, found)


def _read_whole(log: Log, ids: Ids, view: View, acts: Sequence[Act]) -> set[UUID]:
    """Of people who are linked, parted, deleted, restored or erased every contact and identifier is read; the ids
    of those streams.
    """
    roots: set[UUID] = set()
    for act in acts:
        if isinstance(act.body, Link | Unlink | ContactChange):
            places = (view.places.get(event_id) for event_id in named_events(ids, act))
            named = identifiers(ids, act).union(contacts_of(act), (one for one in places if one is not None))
            roots |= {holder(view.events(one)) or one for one in named}
    found = log.read_whole(roots) if roots else {}
    _load_new(view, found)
    return set(found)


def _load_new(view: View, found: Mapping[UUID, Iterable[Recorded]]) -> None:
    view.load({one: events for one, events in found.items() if not view.has(one)})


def _read_missing(log: Log, view: View, streams: set[UUID]) -> None:
    missing = [one for one in streams if not view.has(one)]
    if missing:
        view.load(log.read(missing))


def _read_joined(log: Log, ids: Ids, view: View, acts: Sequence[Act]) -> None:
    """Where an unknown identifier joins a known contact, that contact's others are read too (for carrying)."""
    wanted: set[UUID] = set()
    for act in acts:
        if not isinstance(act.body, SignUp | Identification) or len(act.body.identifiers) == 1:
            continue
        holders = [holder(view.events(identifier)) for identifier in identifiers(ids, act)]
        if None in holders:
            for contact in holders:
                if contact is not None:
                    wanted |= attached(view.events(contact)).keys()
    _read_missing(log, view, wanted)
