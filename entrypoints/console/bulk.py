"""Bulk actions (Y5, Y6): asked for on the filter on screen, looked at as a frozen list, approved, watched."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field

from entrypoints import contacts, people, scopes
from entrypoints.batches import asking, seeing
from entrypoints.batches.asking import BULK_ACTIONS, LONGEST
from entrypoints.batches.running import forward
from entrypoints.batches.seeing import SECOND_PERSON, BatchSeen, BatchWhole, MemberSeen
from entrypoints.console.contacts_question import chosen
from entrypoints.console.lists import State, show_list, wrong_fields
from entrypoints.console.pages import Place, csv_lines, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen
from ledger.batching import Wanted
from ledger.by_hand import AT_A_SCOPE
from ledger.errors import MessageRefused
from ledger.events.vocabulary import ALL, CHANNELS
from ledger.store.batches import PERSON_STATES, PersonState
from projections import contact_list

router = pages_router()
PLACE: Final = Place("bulk", "nav.bulk", "reverse", router)
Doer = Annotated[View, Depends(looking("reverse"))]
_WATCHED: Final = {"Refresh": "2"}
"""While something moves, the page comes anew by itself."""
_NAMES: Final = ("id", "state", "action", "channel", "scope", "people", "changes", "asked_by", "asked_at")
_NAMES_WHEN: Final = (*_NAMES, "approved_by", "approved_at", "finished_at")


class Ask(State):
    """What a bulk action is asked for on: the state of the contact list."""

    of: str = Field("", max_length=10_000)


class Asking(BaseModel):
    """The form. `which`: the filter in words; none: everyone."""

    which: list[str]
    found: int | None
    found_more: bool | None


class Question(State):
    """Which people of the list are shown, from which on."""

    show: PersonState | None = None
    after: UUID | None = None  # type: ignore[assignment]


class Shown(BatchWhole):
    """A bulk action with some of its people, named as who looks may see them."""

    members: list[MemberSeen]
    after: UUID | None
    people_named: dict[UUID, ContactSeen]


@twins(router, "/{organization}/bulk")
def bulk(view: Doer, asked: Annotated[State, Query()]) -> Response:
    """Those that wait, run or are done, the latest asked for first."""
    page = seeing.page(view.ledger, view.organization, after=asked.after, limit=asked.limit)
    rows = [[one.model_dump(mode="json")[name] for name in _NAMES_WHEN] for one in page.batches]
    return show_list(view, "bulk", asked, page, (_NAMES_WHEN, rows), who=_people(view, page.batches))


@twins(router, "/{organization}/bulk/new")
def new(view: Doer, asked: Annotated[Ask, Query()]) -> Response:
    """Asks what is to be done to those of the list."""
    return _form(view, asked.of, {})


@router.post("/{organization}/bulk")
def ask(view: Doer, form: Form) -> Response:
    """Freezes a short list and looks at it at once, leaves a long one to its time, and goes to its page."""
    of = form.get("of", "")[:10_000]
    action = form.get("action", "")
    wanted = Wanted(action, form.get("channel", ALL), form.get("scope", "").strip() or view.organization)
    try:
        which, asked = chosen(view, of)
        batch_id = asking.ask(
            view.hand(), wanted, asked, form.get("reason", ""), which=which, address=of, once=form.get("once")
        )
    except MessageRefused as refused:
        return _form(view, of, form, refused)
    if (batch := seeing.row(view.ledger, view.organization, batch_id)).digest:
        forward(view.ledger, batch)
    view.request.app.state.batches.wake()
    return RedirectResponse(f"/console/{view.organization}/bulk/{batch_id}", 303, HEADERS)


@twins(router, "/{organization}/bulk/{batch_id}")
def one(batch_id: UUID, view: Doer, asked: Annotated[Question, Query()]) -> Response:
    """What would happen to how many, then how far it is, then what became of it; and everybody on the list."""
    return _batch(view, batch_id, asked, {})


@router.get("/{organization}/bulk/{batch_id}/list.csv")
def whole_list(batch_id: UUID, view: Doer) -> Response:
    """The whole list, a line a person, by ids alone."""
    seeing.row(view.ledger, view.organization, batch_id)
    found = seeing.everyone(view.ledger, view.organization, batch_id)
    rows = ([str(one.contact), one.state, one.why] for one in found)
    return StreamingResponse(
        csv_lines(list(MemberSeen.model_fields), rows), 200, HEADERS, "text/csv; charset=utf-8"
    )


@router.post("/{organization}/bulk/{batch_id}/approve")
def approve(batch_id: UUID, view: Doer, form: Form) -> Response:
    """Approves the list that was shown, for a reason."""
    digest, reason = form.get("digest", ""), form.get("reason", "")
    try:
        asking.approve(view.hand(), batch_id, digest=digest, reason=reason)
    except MessageRefused as refused:
        return _batch(view, batch_id, Question(), form, refused)
    view.request.app.state.batches.wake()
    return RedirectResponse(f"/console/{view.organization}/bulk/{batch_id}", 303, HEADERS)


@router.post("/{organization}/bulk/{batch_id}/withdraw")
def withdraw(batch_id: UUID, view: Doer, form: Form) -> RedirectResponse:
    """Gives the list up."""
    asking.withdraw(view.hand(), batch_id)
    return RedirectResponse(f"/console/{view.organization}/bulk", 303, HEADERS)


def _form(view: View, of: str, typed: Mapping[str, str], refused: MessageRefused | None = None) -> Response:
    which, asked = chosen(view, of)
    page = contacts.page(view.ledger, view.organization, asked, limit=1, counted=True)
    data = Asking(which=which, found=page.found, found_more=page.found_more)
    rows = [[" ".join(which), page.found, page.found_more]]
    known = scopes.page(view.ledger, view.organization, limit=1_000).scopes
    return show_list(
        view,
        "bulk/new",
        Ask(of=of),
        data,
        (list(Asking.model_fields), rows),
        template="bulk/new.html",
        status=422 if refused else 200,
        of=of,
        typed=typed,
        wrong=wrong_fields(refused),
        once=typed.get("once") or uuid4(),
        actions=BULK_ACTIONS,
        at_a_scope=AT_A_SCOPE,
        channels=CHANNELS,
        scopes=known,
        second_person=SECOND_PERSON,
        longest=LONGEST,
    )


def _batch(
    view: View,
    batch_id: UUID,
    asked: Question,
    typed: Mapping[str, str],
    refused: MessageRefused | None = None,
) -> Response:
    batch = seeing.get(view.ledger, view.organization, batch_id)
    found = seeing.members(
        view.ledger, view.organization, batch_id, state=asked.show, after=asked.after, limit=asked.limit
    )
    with view.ledger.reading.connection() as connection:
        rows = contact_list.people(connection, view.organization, [one.contact for one in found.members])
    named = {row.id: contacts.seen(row, values=view.values) for row in rows}
    data = Shown(**batch.model_dump(), members=found.members, after=found.after, people_named=named)
    me = f"person/{view.viewer.person}"
    shown = show_list(
        view,
        f"bulk/{batch_id}",
        asked,
        data,
        (list(MemberSeen.model_fields), [list(one.model_dump(mode="json").values()) for one in found.members]),
        template="bulk/batch.html",
        status=422 if refused else 200,
        who=_people(view, [batch]),
        typed=typed,
        wrong=wrong_fields(refused),
        mine=batch.asked_by == me,
        states=PERSON_STATES,
        longest=LONGEST,
        undo=_undo(view, batch),
        list_address=f"/console/{view.organization}/contacts" + (f"?{batch.address}" if batch.address else ""),
    )
    if batch.state in ("looking", "running") and view.twin == "html" and refused is None:
        shown.headers.update(_WATCHED)
    return shown


def _undo(view: View, batch: BatchSeen) -> str | None:
    """The command that takes back what it did, where events can be taken back."""
    methods = {"unsubscribe": "manual", "ban": "ban"}
    if batch.approved_at is None or batch.finished_at is None or batch.action not in methods:
        return None
    span = f"--from {batch.approved_at:%Y-%m-%dT%H:%M:%SZ} --to {batch.finished_at:%Y-%m-%dT%H:%M:59Z}"
    return (
        f"contact-ledger reverse -o {view.organization} {span} --method {methods[batch.action]} "
        f"--of-batch {batch.id}"
    )


def _people(view: View, batches: list[BatchSeen] | list[BatchWhole]) -> dict[str, str]:
    """What the people among these actors are called; others stay as they are."""
    actors = {actor for one in batches for actor in (one.asked_by, one.approved_by) if actor}
    named = {f"person/{one.id}": one.name for one in people.listed(view.ledger, view.organization)}
    return {actor: named.get(actor) or actor for actor in actors}
