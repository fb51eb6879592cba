"""Opt-out provenance: who opted out, when, how and why, searched as auditors ask."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from entrypoints import provenance
from entrypoints.console.form_values import moment
from entrypoints.console.lists import State, refuse_unknown, search_address, searched, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.texts import say
from entrypoints.console.view import View, looking
from entrypoints.console.wording import word
from entrypoints.provenance import OptOutTraced, Reading
from projections.opt_out_search import Asked

router = pages_router()
PLACE: Final = Place("opt-outs", "nav.opt_outs", "explain", router)
Reader = Annotated[View, Depends(looking("explain"))]
METHODS: Final = (
    *("keyword", "link", "one_click", "manual", "complaint", "carrier"),
    *("provider_rejection", "import", "preference_page", "ban"),
)


class Question(State):
    """What is searched for; `q` is the address, sealed."""

    q: str | None = Field(None, max_length=2_000)
    since: str | None = Field(None, max_length=40)
    until: str | None = Field(None, max_length=40)
    method: str | None = Field(None, max_length=40)
    reason: str | None = Field(None, max_length=2_000)
    actor: str | None = Field(None, max_length=200)
    scope: str | None = Field(None, max_length=400)


@twins(router, "/{organization}/opt-outs")
def opt_outs(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """The opt-outs that fit, last received first."""
    refuse_unknown(asked, method=METHODS)
    address, reason = searched(view, asked.q), searched(view, asked.reason)
    until = moment(view, "until", asked.until)
    wanted = Asked(
        moment(view, "since", asked.since),
        until + timedelta(days=1) if until else None,
        provenance.identifier_of(view.ledger, view.organization, address) if address else None,
        asked.method,
        asked.actor,
        asked.scope,
    )
    page = provenance.page(
        view.ledger, view.organization, wanted, Reading(view.values, reason), after=asked.after, limit=asked.limit
    )
    names = list(OptOutTraced.model_fields)
    rows = (list(one.model_dump(mode="json").values()) for one in page.opt_outs)
    return show_list(
        view,
        "opt-outs",
        asked,
        page,
        (names, rows),
        address=address,
        reason=reason,
        methods=METHODS,
        conditions=_conditions(asked, address, reason),
    )


def _conditions(asked: Question, address: str | None, reason: str | None) -> list[tuple[str, str]]:
    """What was asked for, in the words of the form: it stands on the printed page."""
    method = word(asked.method, "method") if asked.method else None
    given = {
        "address": address,
        "since": asked.since,
        "until": asked.until,
        "method": method,
        "scope": asked.scope,
        "actor": asked.actor,
        "reason": reason,
    }
    return [(say(f"opt_outs.{name}"), text) for name, text in given.items() if text]


@router.post("/{organization}/opt-outs/search")
def search(view: Reader, form: Form) -> RedirectResponse:
    """Goes to the search; neither the address nor the reason shows in the page's address."""
    return search_address(
        view, form, "opt-outs", sealed=("q", "reason"), plain=("since", "until", "method", "actor", "scope")
    )
