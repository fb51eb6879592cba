"""A contact at two moments side by side, each by what is known now or was known at a moment (offer 3)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from entrypoints import comparing
from entrypoints.comparing import ComparisonTold, StandingTold
from entrypoints.console.form_values import local, moment
from entrypoints.console.one_contact import message, show_contact, whole
from entrypoints.console.pages import Table, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.profile_typing import as_text
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactWhole
from ledger.errors import MessageRefused
from ledger.portraits import Point

router = pages_router()
_BACK: Final = timedelta(days=30)
SPANS: Final = {"day": timedelta(days=1), "week": timedelta(days=7), "month": _BACK, "year": timedelta(days=365)}

_DIFFERING: Final = (
    ("compare.consent", ("consent", "consent_since", "consent_method")),
    ("compare.deliverability", ("deliverability", "soft_bounces")),
    ("compare.hold", ("hold", "hold_until")),
    ("subscription.sendable", ("sendable", "reasons")),
)
"""Text → the parts of a status that it names."""


class Question(BaseModel):
    """The two moments, as they were typed."""

    a: str | None = Field(None, max_length=40)
    a_known_at: str | None = Field(None, max_length=40)
    b: str | None = Field(None, max_length=40)
    b_known_at: str | None = Field(None, max_length=40)


class ComparisonPage(BaseModel):
    """The comparison; null where a moment could not be read."""

    comparison: ComparisonTold | None


@twins(router, "/{organization}/contacts/{contact_id}/compare")
def compare(
    contact_id: UUID, view: Annotated[View, Depends(looking("explain"))], asked: Annotated[Question, Query()]
) -> Response:
    """The contact at A (absent: thirty days ago) and at B (absent: now)."""
    one = whole(view, contact_id)
    now = view.ledger.answers.moment()
    try:
        a = Point(moment(view, "a", asked.a) or now - _BACK, moment(view, "a_known_at", asked.a_known_at))
        b = Point(moment(view, "b", asked.b) or now, moment(view, "b_known_at", asked.b_known_at))
    except MessageRefused as refused:
        if view.twin != "html":
            raise
        return _shown(view, one, asked.model_dump(), {refused.detail.partition(": ")[0]: message(refused)}, None)
    told = comparing.compared(view.ledger, view.organization, one.id, a, b, values=view.values)
    typed = {
        "a": local(view, a.at),
        "a_known_at": local(view, a.known_at),
        "b": local(view, b.at) if asked.b else "",
        "b_known_at": local(view, b.known_at),
    }
    return _shown(view, one, typed, {}, told)


def _shown(
    view: View, one: ContactWhole, typed: dict[str, Any], errors: dict[str, str], told: ComparisonTold | None
) -> Response:
    return show_contact(
        view,
        one,
        "compare",
        "contact/compare.html",
        ComparisonPage(comparison=told),
        _table(told),
        status=422 if errors else 200,
        typed=typed,
        errors=errors,
        identifiers={held.identifier_id: held for held in told.identifiers} if told is not None else {},
        spans={name: local(view, view.now - span) for name, span in SPANS.items()},
        differing=_DIFFERING,
    )


def _table(told: ComparisonTold | None) -> Table:
    return ["what", "name", "at_a", "at_b", "change"], list(_rows(told)) if told is not None else []


def _rows(told: ComparisonTold) -> Iterator[list[object]]:
    yield ["moment", "", told.a.at.isoformat(), told.b.at.isoformat(), ""]
    yield ["known at", "", *[p.known_at.isoformat() if p.known_at else "now" for p in (told.a, told.b)], ""]
    yield ["contact", "ids", *[" ".join(map(str, point.contact_ids)) for point in (told.a, told.b)], ""]
    yield ["contact", "deleted", told.a.deleted, told.b.deleted, ""]
    for held in told.identifiers:
        yield ["identifier", f"{held.kind} {held.value or ''}", held.a, held.b, held.change]
    for field in told.fields:
        yield ["field", field.field, as_text(field.a), as_text(field.b), field.change]
    for row in told.statuses:
        place = f"{row.identifier_id} {row.channel} {row.scope} {row.purpose}"
        yield ["status", place, _words(row.a), _words(row.b), row.change]
    for event in told.events:
        at = event.effective_at.isoformat()
        yield ["event", event.said, *((at, "") if event.counts_at == "a" else ("", at)), event.type]


def _words(standing: StandingTold | None) -> str:
    if standing is None:
        return ""
    may = "sendable" if standing.sendable else f"not sendable ({', '.join(standing.reasons)})"
    return f"{standing.consent}; {standing.deliverability}; hold {standing.hold}; {may}"
