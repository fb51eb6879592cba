"""How identifiers are rolled up into people: the rules, who would break them once changed, and changing them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, get_args
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import Field

from entrypoints import contacts, forecasting, identity, identity_forecast, typed
from entrypoints.console import forms
from entrypoints.console.forecasts import ForecastSeen, Found, found_by, looked_at, seen, whole_file
from entrypoints.console.lists import State, done, searched
from entrypoints.console.pages import twins
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, history, router, show_part
from entrypoints.contacts import ContactSeen
from entrypoints.identity import RulesSeen
from ledger.acts.settings import IdentityRulesChange
from ledger.errors import MessageRefused
from ledger.events.settings import OtherEmail, RollUp
from ledger.events.vocabulary import KINDS
from ledger.rules.identity_rules import PRESETS
from projections import contact_list

_COLUMNS: Final = ("person_id", "kind", "count", "limit", "rule")
_LONGEST: Final = 12_000
"""Characters of an address in which what was typed is kept, sealed, while it is looked at."""


class Identity(Part):
    """The rules in force, and the looks taken lately at who would break others."""

    rules: RulesSeen
    forecasts: list[ForecastSeen]


class Breakers(Found):
    """Who would break the rules that were asked about; `named`: those of this page."""

    forecast: ForecastSeen
    named: dict[str, ContactSeen]


class BreakersAsked(State):
    """A page of them, and the change that was asked about, sealed, so that it can be made from there."""

    typed: str | None = Field(None, max_length=_LONGEST)


@twins(router, "/{organization}/settings/identity")
def shown(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The rules in force."""
    rules = identity.seen(view.ledger, view.organization, values=view.values)
    lately = [seen(one) for one in forecasting.latest(view.ledger, view.organization, "identity")]
    data = Identity(rules=rules, forecasts=lately, history=history(view, "identity"))
    rows = [[kind, rules.roll_up[kind], rules.limits[kind]] for kind in KINDS]
    return show_part(
        view,
        "identity",
        asked,
        data,
        (["kind", "roll_up", "limit"], rows),
        kinds=KINDS,
        presets=list(PRESETS),
        roll_ups=get_args(RollUp),
        others=get_args(OtherEmail),
    )


@router.post("/{organization}/settings/identity/check")
def check(view: Admin, form: Form) -> Response:
    """Begins to work out who would break the rules after this change, and goes to where that is shown."""
    rules = identity.proposed(view.ledger, view.organization, _change(form))
    actor = f"person/{view.viewer.person}"
    asked = identity_forecast.question(rules)
    begun = forecasting.begin(view.ledger, view.organization, "identity", asked, asked_by=actor)
    change = typed.sealed(view.ledger, view.organization, urlencode(forms.typed(form)))
    kept = f"?typed={change}" if len(change) <= _LONGEST else ""
    return RedirectResponse(f"/console/{view.organization}/settings/identity/forecasts/{begun}{kept}", 303, HEADERS)


@router.get("/{organization}/settings/identity/forecasts/{forecast_id}/changes.csv")
def breakers(view: Reader, forecast_id: UUID) -> StreamingResponse:
    """Everybody who would break a rule, as a file."""
    found = looked_at(view, forecast_id, "identity")
    return whole_file(view, found, _COLUMNS, lambda one: [one[name] for name in _COLUMNS])


@twins(router, "/{organization}/settings/identity/forecasts/{forecast_id}")
def forecast(view: Reader, forecast_id: UUID, asked: Annotated[BreakersAsked, Query()]) -> Response:
    """How far the look is, and who would break the rules."""
    found = looked_at(view, forecast_id, "identity")
    page = found_by(view, found, asked.after)
    ids = [UUID(one["person_id"]) for one in page.changes]
    with view.ledger.reading.connection() as connection:
        people = contact_list.people(connection, view.organization, ids)
    named = {str(row.id): contacts.seen(row, values=view.values) for row in people}
    data = Breakers(forecast=seen(found), named=named, **page.model_dump())
    rows = [[one[name] for name in _COLUMNS] for one in page.changes]
    change = searched(view, asked.typed) if view.may("settings") else None
    return show_part(
        view,
        "identity",
        asked,
        data,
        (_COLUMNS, rows),
        path=f"identity/forecasts/{forecast_id}",
        template="settings/identity-forecast.html",
        change=dict(parse_qsl(change or "", keep_blank_values=True)),
    )


@router.post("/{organization}/settings/identity")
def change(view: Admin, form: Form) -> Response:
    """Changes the rules. People that exist stay as they are."""
    identity.set_rules(view.hand(), _change(form))
    return done(view, "settings/identity", what="true")


def _change(form: Mapping[str, str]) -> IdentityRulesChange:
    """What the form asks for, either of the two. Raises MessageRefused."""
    if "preset" in form:
        return IdentityRulesChange(form["preset"])
    said: dict[str, Any] = {kind: form[f"roll_up.{kind}"] for kind in KINDS if f"roll_up.{kind}" in form}
    limits = {kind: _number(form[f"limits.{kind}"], f"limits.{kind}") for kind in KINDS if f"limits.{kind}" in form}
    other = form.get("same_tracker_other_email")
    return IdentityRulesChange(
        None,
        said,
        next((one for one in get_args(OtherEmail) if one == other), None),
        limits,
        _number(form["most"], "most") if "most" in form else None,
        identity.named(_lines(form.get("block", ""))),
        identity.named(_lines(form.get("unblock", ""))),
    )


def _number(text: str, field: str) -> int:
    if not text.strip().isdecimal() or len(text) > 6:
        raise MessageRefused("limits", f"{field}: a whole number from 1 to 1,000")
    return int(text)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
