"""What the pages tell: every list and channel of an identifier, its pause, and how a request stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from entrypoints.links import ConfirmationLink, UnsubscribeLink
from entrypoints.unsubscribe.subjects import Subject
from ledger.events.envelope import Recorded
from ledger.events.identifier import Subscribed
from ledger.events.settings import OrganizationRegistered, ScopeCreated, ScopeRenamed
from ledger.events.vocabulary import ALL, PURPOSES, Consent
from ledger.rules.consent import consent
from ledger.rules.hold import hold
from ledger.rules.places import named_places
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


def preferences(subject: Subject, link: UnsubscribeLink, now: datetime) -> Preferences:
    """How the identifier stands everywhere its events speak of."""
    line = timeline(subject.events, at=now)
    names = _names(subject.settings)
    own = (link.channel, link.scope)
    places = {(channel, scope) for channel, scope, _ in named_places(subject.events, subject.policies)}
    found: dict[tuple[str, str], Choice] = {}
    for channel, scope in sorted({own, *places}, key=lambda place: (place[1], place[0])):
        consents = _consents(subject, line, channel, scope, PURPOSES)
        told = next((one for one in _TOLD if one in consents), None)
        if (channel, scope) == own or (told is not None and channel != ALL):
            found[channel, scope] = Choice(channel, scope, _name(scope, names), told or Consent.NEVER)
    ends = hold(line, subject.organization).moments
    return Preferences(organization_name(subject), found[own], tuple(found.values()), max(ends) if ends else None)


def organization_name(subject: Subject) -> str:
    """The display name under which the organization is registered."""
    return _names(subject.settings).get(subject.organization, subject.organization)


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


def _names(settings: Iterable[Recorded]) -> dict[str, str]:
    """Scope → display name, the latest of each."""
    names: dict[str, str] = {}
    for event in settings:
        match event.body:
            case OrganizationRegistered(display_name=name):
                names[event.envelope.organization] = name
            case ScopeCreated(scope=scope, display_name=name) | ScopeRenamed(scope=scope, display_name=name):
                names[scope] = name
            case _:
                pass
    return names


def _name(scope: str, names: dict[str, str]) -> tuple[str, ...]:
    segments = scope.split("/")
    paths = ["/".join(segments[: depth + 1]) for depth in range(1, len(segments)) if segments[depth] != "-"]
    return tuple(names.get(path, path.rpartition("/")[2]) for path in paths)
