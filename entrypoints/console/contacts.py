"""All contacts (L1-L15, Y1-Y7, Y14-Y23, Y29): listed, searched, found by criteria, all state in the address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse

from entrypoints import contacts, typed
from entrypoints.channels import in_use
from entrypoints.console import building, criteria
from entrypoints.console.consents import ORDER, subscribed
from entrypoints.console.contacts_question import (
    COLUMNS,
    PASSING,
    STATUSES,
    WITH_DELETED,
    Applied,
    Question,
    Ranked,
    Type,
    applied,
    filter_of,
    links,
    question_of,
)
from entrypoints.console.criteria import Typed
from entrypoints.console.lists import refuse_unknown, searched
from entrypoints.console.pages import Place, Table, show, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen, ContactsPage
from entrypoints.whole_values import searchable
from ledger.errors import MessageRefused
from ledger.store.connections import planned_once
from projections import counters, scopes
from projections.contact_count import COUNTED_TO
from projections.contact_query import Filter
from projections.criteria.registry import SOURCES
from projections.criteria.tree import Node, NotOf

router = pages_router()
Reader = Annotated[View, Depends(looking("contacts"))]
PLACE: Final = Place("contacts", "nav.contacts", "contacts", router)


class Contacts(ContactsPage):
    """The page, with what it was asked for."""

    applied: list[Applied]


@twins(router, "/{organization}/contacts")
def all_contacts(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """The list, last updated first or as it is ranked."""
    return _list(view, asked, Typed())


def _list(view: View, asked: Question, written: Typed) -> Response:
    with view.ledger.held() as ledger:
        return _shown(replace(view, ledger=ledger), asked, written)


def _shown(view: View, asked: Question, written: Typed) -> Response:
    wanted = filter_of(view, asked)
    text, root = searched(view, asked.q), wanted.criteria
    with view.ledger.reading.connection() as connection, planned_once(connection):
        counts = counters.people(connection, view.organization)
        merchants = scopes.merchants(connection, view.organization)
        channels = in_use(view.ledger, view.organization)
        fields = criteria.field_names(view)
    refuse_unknown(asked, merchant=merchants)
    page = contacts.page(
        view.ledger,
        view.organization,
        wanted,
        after=asked.after,
        limit=asked.limit,
        counted=True,
        cheaply=view.twin == "html" and not asked.count,
        values=view.values,
        fields=asked.fields,
        people=counts,
    )
    in_words = criteria.shown(root, fields) if root is not None else None
    data = Contacts(**dict(page), applied=applied(asked, text, in_words))
    return show(
        view,
        "contacts.html",
        data,
        _table(page.contacts, channels, asked),
        status=422 if written.wrong else 200,
        asked=asked,
        text=text,
        counts=_counted(counts),
        merchants=merchants,
        names=view.names(),
        channels=channels,
        counted_to=COUNTED_TO,
        statuses=STATUSES,
        types=get_args(Type),
        rankings=get_args(Ranked),
        all_columns=COLUMNS,
        kept=asked.model_dump(exclude_defaults=True, exclude={"columns", "fields"} | PASSING),
        fields=fields,
        subscribed=subscribed,
        consents=(None, *ORDER),
        link=links(view, asked),
        **_builder(view, asked, root, in_words, written),
    )


def _builder(
    view: View, asked: Question, root: Node | None, in_words: criteria.Shown | None, written: Typed
) -> dict[str, Any]:
    """What the template shows of criteria: those that are on, the steps from there, and the form that is open."""

    def link(changed: Node | None) -> str:
        return links(view, asked)(criteria=criteria.addressed(view, changed))

    source = asked.build if asked.build in SOURCES else None
    return {
        "sources": list(SOURCES),
        "source": source,
        "in_words": in_words,
        "form": criteria.form(view, source, written) if source else [],
        "written": written,
        "into": criteria.where(root) if source and root is not None else [],
        "without": lambda path: link(building.removed(root, path) if root is not None else None),
        "switched": lambda path: link(building.switched(root, path) if root is not None else None),
    }


@router.post("/{organization}/contacts/criteria")
def add_criterion(view: Reader, form: Form) -> Response:
    """Goes to the list with one criterion more; what cannot be taken comes back with what is wrong at the field."""
    asked = question_of(form.get("list", ""))
    source = form.get("source", "")
    if source not in SOURCES:
        raise MessageRefused("invalid-request", "source: choose one of those the page offers")
    made = criteria.taken(view.organization, source, form)
    if isinstance(made, Typed):
        asked.build = source
        chosen = {name: form.get(name, "") for name in ("sense", "into")}
        return _list(view, asked, replace(made, values={**made.values, **chosen}))
    node: Node = NotOf(not_of=made) if form.get("sense") == "not" else made
    root = building.added(criteria.read(view, asked.criteria), node, form.get("into", ""))
    address = links(view, asked)(criteria=criteria.addressed(view, root), build=None)
    return RedirectResponse(address, 303, HEADERS)


@router.post("/{organization}/contacts/search")
def search(view: Reader, form: Form) -> Response:
    """Goes to the list searched for this text, which does not show in the address; other filters stay."""
    state = [pair for pair in parse_qsl(form.get("state", "")) if pair[0] != "q"]
    if text := form.get("text", "").strip():
        searchable(view.ledger, view.organization, Filter(text), values=view.values, field="text")
        state.append(("q", typed.sealed(view.ledger, view.organization, text[:200])))
    return RedirectResponse(f"/console/{view.organization}/contacts?{urlencode(state)}", 303, HEADERS)


def _counted(counts: Mapping[str, int]) -> Mapping[str, int]:
    """How many fit each filter: `WITH_DELETED` counts the deleted too."""
    deleted = counts.get(f"deleted.{WITH_DELETED}", 0)
    return {**counts, WITH_DELETED: counts.get(WITH_DELETED, 0) + deleted}


def _table(shown: Sequence[ContactSeen], channels: Sequence[str], asked: Question) -> Table:
    names = ["id", "name", "emails", "phones", "external_ids", "type", "holds", *channels]
    names += ["last_updated", "created_at", "created_method", "created_source", "deleted", *asked.fields]
    return names, _rows(shown, channels, asked)


def _rows(shown: Sequence[ContactSeen], channels: Sequence[str], asked: Question) -> Iterator[list[object]]:
    for one in shown:
        yield [
            str(one.id),
            one.name,
            " ".join(one.emails),
            " ".join(one.phones),
            " ".join(one.external_ids),
            one.type,
            " ".join(one.holds),
            *[consent for _, consent in subscribed(one, channels, asked.merchant)],
            one.last_updated.isoformat(),
            one.created_at.isoformat(),
            one.created_method,
            one.created_source,
            one.deleted,
            *[one.fields.get(field) for field in asked.fields],
        ]
