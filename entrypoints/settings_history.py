"""Who changed the settings of an organization, and when: its stream and those of its scopes, in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.acting import COMMAND_LINE
from entrypoints.keys import keys
from entrypoints.wiring import Service
from ledger.events import settings as s
from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.rules.people import people
from projections.sentences import sentence

Subject = Literal["scopes", "fields", "channels", "keywords", "identity", "calendar", "people", "keys", "policies"]
SUBJECTS: Final[Mapping[Subject, tuple[type[Event], ...]]] = {
    "scopes": (s.OrganizationRegistered, s.ScopeCreated, s.ScopeRenamed, s.ScopeRetired, s.UnknownScopesSet),
    "fields": (s.FieldDefined, s.FieldRetired),
    "channels": (s.ChannelsChosen,),
    "keywords": (s.KeywordSetAdopted, s.RepliesReclassified),
    "identity": (s.IdentityRulesSet,),
    "calendar": (s.CalendarChosen, s.RetentionSet),
    "people": (s.PersonAdded, s.RoleGranted, s.RoleRevoked),
    "keys": (s.ApiKeyIssued, s.ApiKeyRevoked),
    "policies": (s.PolicyAdopted,),
}
"""What is set → the events that set it."""


class ChangeSeen(BaseModel):
    """One change of a setting."""

    event_id: UUID
    at: datetime
    what: str = Field(description="the change in words, without values of people")
    actor: str | None = Field(description="`person/…`, `api-key/…` or as the command line names who acted")
    by: str = Field(description="who that is, as far as it may be told")
    reason: str | None = Field(description="why, where it was said; for who may read values")


def changes(
    ledger: Service,
    organization: str,
    subject: Subject,
    *,
    scopes: Sequence[str] = (),
    values: bool = False,
    limit: int = 50,
) -> list[ChangeSeen]:
    """The latest changes, latest first. `scopes`: those whose own streams are looked at too; names of people only
    for who may read `values`.
    """
    stream = ledger.ids.organization(organization)
    streams = ledger.reading.read([stream, *[ledger.ids.scope(one) for one in scopes]], opened=values)
    names = _names(streams[stream])
    found = [event for events in streams.values() for event in events if isinstance(event.body, SUBJECTS[subject])]
    found.sort(key=lambda event: event.position, reverse=True)
    return [_seen(event, names) for event in found[:limit]]


def _names(settings: Iterable[Recorded]) -> dict[str, str]:
    """Id → how somebody is called: people by name where it is open, keys by their prefix."""
    settings = list(settings)
    names = {str(one.id): one.name for one in people(settings).values() if one.name}
    return names | {str(one.id): f"clk_{one.prefix}" for one in keys(settings).values()}


def _seen(event: Recorded, names: Mapping[str, str]) -> ChangeSeen:
    actor = event.envelope.actor
    what = sentence(event.body)
    for known, name in names.items():
        what = what.replace(known, name)
    return ChangeSeen(
        event_id=event.event_id,
        at=event.effective_at,
        what=what,
        actor=actor,
        by=_by(actor, names),
        reason=getattr(event.body, "reason", None),
    )


def _by(actor: str | None, names: Mapping[str, str]) -> str:
    if actor in (None, COMMAND_LINE):
        return "the command line"
    kind, _, known = str(actor).partition("/")
    return names.get(known, f"{kind} {known[:8]}" if known else kind)
