"""`sms_contacts`: the phones of each sender code by tab, as its dashboard sorts and searches them (S1-S11).

One row for each phone and each place at a sender that its events name. A phone is a contact of every list it is
subscribed to; opted out, or declined, it is listed once a sender, by its latest such place.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, ReplyReceived
from ledger.events.scope import covers
from ledger.events.vocabulary import ALL, Consent, Hold
from ledger.rules.identity import holder
from projections.people import people
from projections.portion import IDENTIFIER_NAMES, Judged, Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "sms_contacts",
    key=("identifier_id", "scope"),
    columns={
        "identifier_id": "uuid",
        "scope": "text",
        "organization": "text",
        "sender": "text",
        "tab": "text",
        "phone": "text",
        "email": "text",
        "moment": "timestamptz",
        "reason": "text",
        "message_at": "timestamptz",
        "changes_at": "timestamptz",
    },
)
Tab = Literal["contacts", "opted-out", "other"]
_SMS: Final = "sms"
_SENDER: Final = 3
"""Segments of a sender's scope: organization, merchant, sender."""


class SmsContacts(Projection):
    name = "sms_contacts"
    tables = (TABLE,)
    scanned = IDENTIFIER_NAMES
    DUE = "SELECT DISTINCT identifier_id FROM sms_contacts WHERE changes_at <= %s"
    CROWD = "SELECT changes_at FROM sms_contacts WHERE changes_at <= %s ORDER BY changes_at OFFSET %s LIMIT 1"

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        """Phones that events are about, and those of people whose e-mails may be others now."""
        streams = portion.read(portion.identifiers() | set(also))
        touched = {key for key, events in streams.items() if _may_be_phone(events)}
        holders = {found for key in touched if (found := holder(streams[key])) is not None}
        emails: dict[UUID, list[UUID]] = {}
        for one in people(portion, portion.contacts() | holders):
            held = one.person.identifiers
            phones = {key for key, kind in held.items() if kind == "phone"}
            touched |= phones
            mails = [key for key, kind in held.items() if kind == "email"]
            emails |= dict.fromkeys(phones, mails)
        own = {key for key in touched if portion.answers_for(key)}
        portion.read_identifiers(own)
        values = portion.values(own.union(*(emails.get(key, ()) for key in own)))
        return {TABLE.name: [row for key in own for row in _rows(portion, key, values, emails.get(key, ()))]}


def _may_be_phone(events: Sequence[Recorded]) -> bool:
    """Whether it is claimed as a phone; what was never claimed may be one."""
    kinds = [event.body.kind for event in events if isinstance(event.body, IdentifierClaimed)]
    return not kinds or kinds[-1] == "phone"


class _Stands(NamedTuple):
    """Where a phone stands at a place: on which tab, since when and why."""

    tab: Tab | None
    moment: datetime | None
    reason: str


_NOWHERE: Final = _Stands(None, None, "")


def _rows(portion: Portion, key: UUID, values: Mapping[UUID, str], emails: Sequence[UUID]) -> Iterator[Row]:
    events = portion.read([key])[key]
    email = next((values[one] for one in emails if one in values), "")
    places = _places(portion.judged(key))
    if not any(isinstance(event.body, IdentifierClaimed) for event in events):
        places = {scope: said for scope, said in places.items() if said[0].channel == _SMS}
    stands = {scope: _stands(said) for scope, said in places.items()}
    shown = set(_shown(stands))
    for scope, (tab, moment, reason) in sorted(stands.items()):
        yield (
            key,
            scope,
            events[0].envelope.organization,
            _sender(scope),
            tab if scope in shown else None,
            values.get(key, ""),
            email,
            moment,
            reason,
            _last_message(events, _sender(scope)) or moment,
            min((one.changes_at for one in places[scope] if one.changes_at is not None), default=None),
        )


def _places(judged: Collection[Judged]) -> dict[str, list[Judged]]:
    """Scope at a sender → what texts are judged as there; what names every channel, where nothing names texts."""
    found: dict[str, list[Judged]] = {}
    for channel in (_SMS, ALL):
        here: dict[str, list[Judged]] = {}
        for one in judged:
            if one.channel == channel and _is_of_sender(one.scope):
                here.setdefault(one.scope, []).append(one)
        found = {**here, **found}
    return found


def _is_of_sender(scope: str) -> bool:
    segments = scope.split("/")
    return len(segments) >= _SENDER and segments[_SENDER - 1] != "-"


def _sender(scope: str) -> str:
    return "/".join(scope.split("/")[:_SENDER])


def _stands(said: Sequence[Judged]) -> _Stands:
    """Banned before subscribed for any purpose, before opted out, before declined."""
    held = said[0].hold
    if held.hold is Hold.BANNED:
        return _Stands("opted-out", held.since, "ban")
    consents = [one.consent for one in said]
    subscribed = [one for one in consents if one.consent is Consent.SUBSCRIBED and one.first_subscribed_at]
    if subscribed:
        moment, method = min((one.first_subscribed_at, one.method or "") for one in subscribed)
        return _Stands("contacts", moment, method)
    tabs: tuple[tuple[Consent, Tab], ...] = ((Consent.UNSUBSCRIBED, "opted-out"), (Consent.DECLINED, "other"))
    for consent, tab in tabs:
        found = [(one.since, one.method or "") for one in consents if one.consent is consent and one.since]
        if found:
            return _Stands(tab, *max(found))
    return _NOWHERE


def _shown(stands: Mapping[str, _Stands]) -> Iterator[str]:
    """Scopes that are listed: every list subscribed to, of the rest the latest of each sender and tab."""
    latest: dict[tuple[str, Tab], tuple[datetime, str]] = {}
    for scope, (tab, moment, _) in stands.items():
        if tab == "contacts":
            yield scope
        elif tab is not None and moment is not None:
            place = (_sender(scope), tab)
            latest[place] = max(latest.get(place, (moment, scope)), (moment, scope))
    yield from (scope for _, scope in latest.values())


def _last_message(events: Sequence[Recorded], sender: str) -> datetime | None:
    """When the phone last texted the sender."""
    texts = [
        event for event in events if isinstance(event.body, ReplyReceived) and covers(sender, event.body.sender)
    ]
    return max((event.envelope.received_at for event in texts), default=None)
