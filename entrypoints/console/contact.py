"""One contact (P1-P5, C3, C6-C12, Y25): who it is, where it stands, what happened, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from entrypoints import contacts
from entrypoints.console.acting import ACTIONS
from entrypoints.console.pages import Table, show, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.timeline import Happened, timeline
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactWhole
from entrypoints.explaining import ExplainAnswer, explained
from ledger.errors import MessageRefused
from ledger.events.vocabulary import CHANNELS_OF, PURPOSES
from projections import channel_status

router = pages_router()
_PAGE: Final = 50


class Standing(BaseModel):
    """Where an identifier stands at one place: a row of the subscriptions."""

    identifier_id: UUID
    channel: str
    scope: str
    purpose: str
    consent: str
    consent_since: datetime | None
    consent_method: str | None
    first_subscribed_at: datetime | None
    latest_subscribed_at: datetime | None
    deliverability: str
    deliverability_since: datetime | None
    soft_bounces: int
    hold: str
    hold_since: datetime | None
    hold_until: datetime | None
    sendable: bool
    reasons: list[str]


class Profile(BaseModel):
    """Everything the page shows."""

    contact: ContactWhole
    subscriptions: list[Standing]
    timeline: list[Happened]
    older: str | None = Field(description="`before` of the next page of the timeline")
    why: ExplainAnswer | None


class Question(BaseModel):
    """The state of the page: how far back the timeline is, and what is asked why."""

    before: str | None = Field(None, max_length=100)
    identifier: UUID | None = None
    channel: str | None = Field(None, max_length=20)
    scope: str | None = Field(None, max_length=400)
    purpose: str | None = Field(None, max_length=20)
    at: str | None = Field(None, max_length=40)
    done: str | None = Field(None, max_length=40)


@twins(router, "/{organization}/contacts/{contact_id}")
def profile(
    contact_id: UUID,
    view: Annotated[View, Depends(looking("contacts"))],
    asked: Annotated[Question, Query()],
) -> Response:
    """One contact by any id it ever had."""
    whole = contacts.whole(view.ledger, view.organization, contact_id, values=view.values)
    happened, older = timeline(view, [*whole.contact_ids, *whole.identifier_ids], asked.before, _PAGE)
    with view.ledger.reading.connection() as connection:
        rows = channel_status.of_identifiers(connection, whole.identifier_ids)
    standing = [Standing(**{name: asdict(row)[name] for name in Standing.model_fields}) for row in rows]
    data = Profile(
        contact=whole, subscriptions=standing, timeline=happened, older=older, why=_why(view, whole, asked)
    )
    return show(
        view,
        "contact.html",
        data,
        _table(happened),
        asked=asked,
        names=view.names(),
        identifiers={one.id: one for one in whole.identifiers},
        reachable=[one for one in whole.identifiers if CHANNELS_OF.get(one.kind or "")],
        asked_channels=sorted({c for one in whole.identifiers for c in CHANNELS_OF.get(one.kind or "", ())}),
        asked_scopes=sorted({one.scope for one in standing} | {view.organization}),
        purposes=PURPOSES,
        actions=ACTIONS,
        once=uuid4(),
        link=lambda **changes: _link(view, contact_id, asked, **changes),
    )


def _why(view: View, whole: ContactWhole, asked: Question) -> ExplainAnswer | None:
    """The explained answer, where something was asked and the role may know."""
    if asked.identifier is None or not view.may("explain"):
        return None
    if asked.identifier not in whole.identifier_ids:
        raise MessageRefused("invalid-request", "identifier: not one of this contact's")
    place = (asked.channel or "email", asked.scope or view.organization, asked.purpose or "marketing")
    if place[0] not in {c for channels in CHANNELS_OF.values() for c in channels}:
        raise MessageRefused("invalid-request", "channel: not one the ledger knows")
    if place[1].split("/")[0] != view.organization:
        raise MessageRefused("invalid-request", "scope: must begin with the organization")
    if place[2] not in PURPOSES:
        raise MessageRefused("invalid-request", "purpose: must be marketing, cart or transactional")
    found = view.ledger.answers.explain(
        view.organization, asked.identifier, *place, at=_moment(view, asked.at), opened=view.values
    )
    return explained(asked.identifier, found, values=view.values)


def _moment(view: View, text: str | None) -> datetime | None:
    """What was typed, in the viewer's zone where it names none."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise MessageRefused("invalid-request", "at: give a moment as 2026-01-31T12:00") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=view.appearance.zone)


def _link(view: View, contact_id: UUID, asked: Question, **changes: Any) -> str:
    state = {**asked.model_dump(exclude_defaults=True, exclude={"done"}), **changes}
    query = urlencode({name: value for name, value in state.items() if value is not None})
    return f"/console/{view.organization}/contacts/{contact_id}" + (f"?{query}" if query else "")


def _table(happened: Sequence[Happened]) -> Table:
    """The timeline: what an auditor takes away as a file."""
    return list(Happened.model_fields), list(_rows(happened))


def _rows(happened: Sequence[Happened]) -> Iterator[list[object]]:
    for one in happened:
        yield list(one.model_dump(mode="json").values())
