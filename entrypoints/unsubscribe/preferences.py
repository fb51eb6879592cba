"""What the pages tell: every list and channel of an identifier, its pause, and how a request stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from entrypoints.links import ConfirmationLink, UnsubscribeLink
from entrypoints.unsubscribe.subjects import Subject
from entrypoints.wiring import Service
from ledger.events.identifier import Subscribed
from ledger.events.vocabulary import ALL, PURPOSES, Consent
from ledger.rules.consent import consent
from ledger.rules.hold import hold
from ledger.rules.places import named_places
from ledger.rules.scopes import lineage, scope_of
from ledger.rules.timeline import Timeline, timeline

Request = Literal["open", "confirmed", "ended", "unknown"]
"""`unknown`: its signup has not come in yet."""

_TOLD: Final = (Consent.SUBSCRIBED, Consent.PENDING, Consent.UNSUBSCRIBED)
"""What is worth telling of a place, the first that holds for any purpose."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One list on one channel. `name`: display names from the merchant down; empty for all of the organization."""

    channel: str
    scope: str
    name: tuple[str, ...]
    consent: Consent

    @property
    def stoppable(self) -> bool:
        return self.consent is not Consent.UNSUBSCRIBED


@dataclass(frozen=True, slots=True)
class Preferences:
    """`organization`: its display name. `own`: the link's list. `choices`: all that is known, with its own."""

    organization: str
    own: Choice
    choices: tuple[Choice, ...]
    paused_until: datetime | None


def preferences(ledger: Service, subject: Subject, link: UnsubscribeLink, now: datetime) -> Preferences:
    """How the identifier stands everywhere its events speak of."""
    line = timeline(subject.events, at=now)
    own = (link.channel, link.scope)
    places = {(channel, scope) for channel, scope, _ in named_places(subject.events, subject.policies)}
    told: dict[tuple[str, str], Consent] = {}
    for channel, scope in {own, *places}:
        consents = _consents(subject, line, channel, scope, PURPOSES)
        best = next((one for one in _TOLD if one in consents), None)
        if (channel, scope) == own or (best is not None and channel != ALL):
            told[channel, scope] = best or Consent.NEVER
    names = _names(ledger.within(subject.organization), {scope for _, scope in told})
    found = {
        (channel, scope): Choice(channel, scope, tuple(names[one] for one in lineage(scope)[1:]), consent)
        for (channel, scope), consent in sorted(told.items(), key=lambda item: (item[0][1], item[0][0]))
    }
    ends = hold(line, subject.organization).moments
    return Preferences(subject.organization_name, found[own], tuple(found.values()), max(ends, default=None))


def request_state(subject: Subject, link: ConfirmationLink, now: datetime) -> Request:
    """How the request of a confirmation link stands: as the rules judge it now, whatever the link says."""
    requests = [event.body for event in subject.events if event.envelope.act_id == link.request_act_id]
    line = timeline(subject.events, at=now)
    consents: set[Consent] = set()
    for body in requests:
        if isinstance(body, Subscribed) and body.double_opt_in:
            consents |= _consents(subject, line, body.channel, body.scope, body.purposes)
    if not consents:
        return "unknown"
    if Consent.SUBSCRIBED in consents:
        return "confirmed"
    return "open" if consents & {Consent.PENDING, Consent.DECLINED} else "ended"


def _consents(subject: Subject, line: Timeline, channel: str, scope: str, purposes: Iterable[str]) -> set[Consent]:
    return {consent(line, channel, scope, purpose, subject.policies).consent for purpose in purposes}


def _names(ledger: Service, scopes: Iterable[str]) -> dict[str, str]:
    """Display name of each of the scopes and of those that cover them; the code where nobody named it."""
    streams = {one: ledger.ids.scope(one) for scope in scopes for one in lineage(scope)}
    read = ledger.reading.read(streams.values())
    known = {scope: scope_of(read[stream]) for scope, stream in streams.items()}
    return {scope: one.display_name if one else scope.rpartition("/")[2] for scope, one in known.items()}
