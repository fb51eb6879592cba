"""Questions answered from the log: sendable, lookup, status, explain, history."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from consumers.translators.translation import given_value
from entrypoints import shapes
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Channel, IdentifierGiven, Moment, Purpose, Scope, SendableQuestion, ValueGiven
from entrypoints.api.problems import field_error, invalid
from entrypoints.explaining import ExplainAnswer, explained
from entrypoints.wiring import Service
from ledger.acts.given import Given
from ledger.errors import MessageRefused, NotFound
from ledger.events.identifier import IdentifierClaimed
from ledger.events.scope import covers, trimmed
from ledger.events.vocabulary import CHANNELS_OF

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["answers"])


@router.post("/sendable")
def ask_sendable(
    question: SendableQuestion, ledger: Ledger, caller: Annotated[Caller, Depends(needs("sendable"))]
) -> shapes.SendableAnswer:
    """May I send? Up to 1,000 identifiers, answered from the log itself in the order asked."""
    scope = _scope(caller, question.scope)
    asked = _asked(ledger, caller.organization, question.channel, question.identifiers)
    statuses = ledger.answers.sendable(
        caller.organization,
        question.channel,
        scope,
        question.purpose,
        asked,
        at=question.at,
        known_at=question.known_at,
    )
    keys = [one if isinstance(one, UUID) else _key(ledger, caller.organization, one) for one in asked]
    return shapes.SendableAnswer(
        channel=question.channel,
        scope=scope,
        purpose=question.purpose,
        at=statuses[0].at,
        known_at=question.known_at,
        policy=statuses[0].policy,
        answers=[shapes.sendable(key, status) for key, status in zip(keys, statuses, strict=True)],
    )


@router.post("/lookup")
def lookup(
    question: ValueGiven, ledger: Ledger, caller: Annotated[Caller, Depends(needs("lookup"))]
) -> shapes.LookupAnswer:
    """The ids under which the ledger keeps an identifier and the person who holds it."""
    given = given_value(question.kind, question.value, "value")
    key, contact = ledger.answers.holder(caller.organization, given)
    known = bool(ledger.reading.read([key])[key])
    return shapes.LookupAnswer(identifier_id=key, known=known, contact_id=contact)


class Place:
    """The query that names a place and a moment, shared by status and explain."""

    def __init__(
        self,
        channel: Channel,
        scope: Annotated[Scope, Query()],
        purpose: Purpose,
        at: Moment | None = None,
        known_at: Moment | None = None,
    ) -> None:
        self.channel, self.scope, self.purpose = channel, scope, purpose
        self.at, self.known_at = at, known_at


@router.get("/identifiers/{identifier_id}/status")
def status(
    identifier_id: UUID,
    place: Annotated[Place, Depends()],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("status"))],
) -> shapes.StatusAnswer:
    """Consent, deliverability and hold of one identifier at one place and moment."""
    return _explained(identifier_id, place, ledger, caller, values=False).status


@router.get("/identifiers/{identifier_id}/explain")
def explain(
    identifier_id: UUID,
    place: Annotated[Place, Depends()],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("explain"))],
    values: Values,
) -> ExplainAnswer:
    """The answer in a sentence, and every event behind it: what became of it, and by which rule."""
    return _explained(identifier_id, place, ledger, caller, values=values)


@router.get("/identifiers/{identifier_id}/history")
def history(
    identifier_id: UUID, ledger: Ledger, caller: Annotated[Caller, Depends(needs("explain"))], values: Values
) -> shapes.HistoryAnswer:
    """Every event of one identifier, in log order."""
    _kinds(ledger, caller.organization, [identifier_id])
    events = ledger.answers.history(caller.organization, identifier_id, opened=values)
    seen = [shapes.event_seen(event, values=values) for event in events]
    return shapes.HistoryAnswer(identifier_id=identifier_id, events=seen)


@router.get("/identifiers/{identifier_id}/epochs")
def epochs(
    identifier_id: UUID, ledger: Ledger, caller: Annotated[Caller, Depends(needs("explain"))]
) -> shapes.EpochsAnswer:
    """Who held the identifier, epoch by epoch: a recycled number opens a new one."""
    _kinds(ledger, caller.organization, [identifier_id])
    events = ledger.answers.history(caller.organization, identifier_id)
    return shapes.EpochsAnswer(identifier_id=identifier_id, epochs=shapes.epochs_seen(events))


def _explained(
    identifier_id: UUID, place: Place, ledger: Service, caller: Caller, *, values: bool
) -> ExplainAnswer:
    kinds = _kinds(ledger, caller.organization, [identifier_id])
    if place.channel not in CHANNELS_OF[kinds[identifier_id]]:
        raise invalid(("channel", _no_channel(kinds[identifier_id], place.channel)))
    explanation = ledger.answers.explain(
        caller.organization,
        identifier_id,
        place.channel,
        _scope(caller, place.scope),
        place.purpose,
        at=place.at,
        known_at=place.known_at,
        opened=values,
    )
    return explained(identifier_id, explanation, values=values)


def _scope(caller: Caller, scope: str) -> str:
    if not covers(caller.organization, scope):
        raise invalid(("scope", f"must begin with `{caller.organization}`, the organization in the path"))
    return trimmed(scope)


def _asked(
    ledger: Service, organization: str, channel: str, identifiers: Sequence[IdentifierGiven]
) -> list[Given | UUID]:
    """The identifiers to be asked about. Every one that cannot be asked on this channel is named at once."""
    kinds = _known_kinds(ledger, organization, [one.id for one in identifiers if one.id is not None])
    asked: list[Given | UUID] = []
    errors: list[tuple[str, str]] = []
    for place, one in enumerate(identifiers):
        kind = one.kind or (kinds.get(one.id) if one.id else None)
        if kind is None:
            errors.append((f"identifiers.{place}.id", "unknown in this organization; ask by kind and value"))
        elif channel not in CHANNELS_OF[kind]:
            errors.append((f"identifiers.{place}", _no_channel(kind, channel)))
        elif one.value is not None:
            try:
                asked.append(given_value(kind, one.value, f"identifiers.{place}.value"))
            except MessageRefused as refused:
                errors.append(field_error(refused.detail))
        elif one.id is not None:
            asked.append(one.id)
    if errors:
        raise invalid(*errors)
    return asked


def _no_channel(kind: str, channel: str) -> str:
    channels = ", ".join(CHANNELS_OF[kind]) or "none"
    return f"{channel} does not reach the kind {kind}; its channels: {channels}"


def _key(ledger: Service, organization: str, given: Given) -> UUID:
    return ledger.ids.identifier(organization, given.kind, given.value)


def _kinds(ledger: Service, organization: str, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    kinds = _known_kinds(ledger, organization, ids)
    if len(kinds) < len(ids):
        raise NotFound("No such identifier in this organization; `POST lookup` gives an identifier's id.")
    return kinds


def _known_kinds(ledger: Service, organization: str, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Kind of each of these ids that is an identifier of the organization, as its claim says."""
    if not ids:
        return {}
    return {
        key: event.body.kind
        for key, events in ledger.reading.read(ids).items()
        for event in events
        if isinstance(event.body, IdentifierClaimed) and event.envelope.organization == organization
    }
