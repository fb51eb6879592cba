"""One contact (P1-P5, C3, C6-C12, Y24, Y25): who it is, where it stands, what happened, and why."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from entrypoints import holdings, profiles
from entrypoints.console import one_contact
from entrypoints.console.form_values import moment
from entrypoints.console.one_contact import address, show_contact
from entrypoints.console.pages import Table, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.standing import Standing, Undelivered, standings, undelivered
from entrypoints.console.timeline import KINDS, Happened, timeline
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactWhole
from entrypoints.explaining import ExplainAnswer, explained
from ledger.by_hand import ACTIONS
from ledger.errors import MessageRefused
from ledger.events.scope import covers
from ledger.events.vocabulary import CHANNELS_OF, PURPOSES

router = pages_router()
_PAGE: Final = 50
_JUST_BEFORE: Final = timedelta(microseconds=1)
DONE: Final = ("edit", "same", "identifier", "linked", "unlinked", *ACTIONS)
"""What the page can say was done."""


class Profile(BaseModel):
    """Everything the page shows."""

    contact: ContactWhole
    fields: list[profiles.FieldSeen]
    held_once: list[holdings.HeldOnce] = Field(description="identifiers it no longer holds")
    subscriptions: list[Standing]
    undelivered: dict[UUID, Undelivered] = Field(description="identifier → why it is not reached")
    timeline: list[Happened]
    older: str | None = Field(description="`before` of the next page of the timeline")
    why: ExplainAnswer | None


class Question(BaseModel):
    """The state of the page: which events the timeline shows and how far back, and what is asked why."""

    before: str | None = Field(None, max_length=100)
    kind: str | None = Field(None, max_length=20)
    identifier: UUID | None = None
    channel: str | None = Field(None, max_length=20)
    scope: str | None = Field(None, max_length=400)
    purpose: str | None = Field(None, max_length=20)
    at: str | None = Field(None, max_length=40)
    known_at: str | None = Field(None, max_length=40)
    done: str | None = Field(None, max_length=40)


@twins(router, "/{organization}/contacts/{contact_id}")
def profile(
    contact_id: UUID,
    view: Annotated[View, Depends(looking("contacts"))],
    asked: Annotated[Question, Query()],
) -> Response:
    """One contact by any id it ever had."""
    one = one_contact.whole(view, contact_id)
    streams = [*one.contact_ids, *one.identifier_ids]
    once = holdings.held_once(view.ledger, one.contact_ids, values=view.values)
    happened, older = timeline(view, streams, asked.before, _PAGE, asked.kind or None, values=_values(one, once))
    standing = standings(view, one.identifier_ids)
    why, wrong = _asked_why(view, one, asked)
    data = Profile(
        contact=one,
        fields=profiles.seen(view.ledger, view.organization, one.id, values=view.values).fields,
        held_once=once,
        subscriptions=standing,
        undelivered=undelivered(view, one.identifiers, standing),
        timeline=happened,
        older=older,
        why=why,
    )
    return show_contact(
        view,
        one,
        "",
        "contact.html",
        data,
        _table(happened),
        status=422 if wrong else 200,
        asked=asked,
        wrong_fields=wrong,
        identifiers={held.id: held for held in one.identifiers},
        reachable=[held for held in one.identifiers if CHANNELS_OF.get(held.kind or "")],
        asked_channels=sorted({c for held in one.identifiers for c in CHANNELS_OF.get(held.kind or "", ())}),
        asked_scopes=sorted({row.scope for row in standing} | {view.organization}),
        purposes=PURPOSES,
        kinds=KINDS,
        actions=ACTIONS,
        said_done=DONE,
        once=uuid4(),
        around=lambda event: address(
            view,
            one.id,
            "compare",
            a=(event.effective_at - _JUST_BEFORE).isoformat(),
            b=event.effective_at.isoformat(),
        ),
        link=lambda **changes: _link(view, contact_id, asked, **changes),
    )


def _asked_why(view: View, one: ContactWhole, asked: Question) -> tuple[ExplainAnswer | None, dict[str, str]]:
    """The explained answer, and what is wrong with which field of the question; the twins refuse a wrong one."""
    try:
        return _why(view, one, asked), {}
    except MessageRefused as refused:
        if view.twin != "html":
            raise
        return None, {refused.detail.partition(": ")[0]: one_contact.message(refused)}


def _why(view: View, one: ContactWhole, asked: Question) -> ExplainAnswer | None:
    """The explained answer, where something was asked and the role may know."""
    if asked.identifier is None or not view.may("explain"):
        return None
    held = next((held for held in one.identifiers if held.id == asked.identifier), None)
    if held is None:
        raise MessageRefused("invalid-request", "identifier: not one of this contact's")
    channels = CHANNELS_OF.get(held.kind or "", ())
    place = (
        asked.channel or next(iter(channels), ""),
        asked.scope or view.organization,
        asked.purpose or "marketing",
    )
    if place[0] not in channels:
        raise MessageRefused(
            "invalid-request", f"channel: this identifier is reached by {', '.join(channels) or 'none'}"
        )
    if not covers(view.organization, place[1]):
        raise MessageRefused("invalid-request", "scope: must begin with the organization")
    if place[2] not in PURPOSES:
        raise MessageRefused("invalid-request", "purpose: must be marketing, cart or transactional")
    found = view.ledger.answers.explain(
        view.organization,
        asked.identifier,
        *place,
        at=moment(view, "at", asked.at),
        known_at=moment(view, "known_at", asked.known_at),
        opened=view.values,
    )
    return explained(asked.identifier, found, values=view.values)


def _values(one: ContactWhole, once: list[holdings.HeldOnce]) -> dict[UUID, str]:
    """Identifier id → value as it may be shown, of those held now and those held once."""
    gone = {held.identifier_id: held.value for held in once if held.value}
    return gone | {held.id: held.value for held in one.identifiers if held.value}


def _link(view: View, contact_id: UUID, asked: Question, **changes: object) -> str:
    return address(view, contact_id, **{**asked.model_dump(exclude_defaults=True, exclude={"done"}), **changes})


def _table(happened: Sequence[Happened]) -> Table:
    """The timeline: what an auditor takes away as a file."""
    return list(Happened.model_fields), list(_rows(happened))


def _rows(happened: Sequence[Happened]) -> Iterator[list[object]]:
    for one in happened:
        yield list(one.model_dump(mode="json").values())
