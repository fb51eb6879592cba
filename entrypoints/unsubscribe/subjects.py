"""Whom a link speaks of, as the log knows them now."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from entrypoints.links import ConfirmationLink, UnsubscribeLink
from entrypoints.wiring import Service
from ledger.acts.given import Given, Kept
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.rules.adopted import policies
from ledger.rules.policy import Policies
from ledger.rules.scopes import scope_of


@dataclass(frozen=True, slots=True)
class Subject:
    """An identifier, its events, and the settings of its organization."""

    organization: str
    identifier_id: UUID
    identifier: Given | Kept
    """By its id alone once it is erased."""
    events: Sequence[Recorded]
    settings: Sequence[Recorded]

    @property
    def policies(self) -> Policies:
        """The policies it is judged by."""
        return policies(self.settings)

    @property
    def organization_name(self) -> str:
        """The display name of its organization."""
        known = scope_of(self.settings)
        return known.display_name if known else self.organization


def subject(ledger: Service, link: UnsubscribeLink | ConfirmationLink | None) -> Subject | None:
    """None where there is no such identifier, organization or link: all three after the same reads."""
    organization = link.organization if link is not None else "-"
    ledger = ledger.within(organization)
    key = link.identifier_id if link is not None else UUID(int=0)
    stream = ledger.ids.organization(organization)
    read = ledger.reading.read([stream, key])
    claims = [event for event in read[key] if isinstance(event.body, IdentifierClaimed)]
    if not read[stream] or not claims or claims[0].envelope.organization != organization:
        return None
    return Subject(organization, key, _identifier(ledger, key, claims), read[key], read[stream])


def _identifier(ledger: Service, key: UUID, claims: Sequence[Recorded]) -> Given | Kept:
    """As its latest claim that still opens has it."""
    known = [event.body for event in ledger.reading.open(claims) if isinstance(event.body, IdentifierClaimed)]
    for body in reversed(known):
        if body.value is not None:
            return Given(body.kind, body.value, body.raw or body.value, body.valid)
    return Kept(key, known[0].kind)
