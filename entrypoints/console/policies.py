"""Policies: adopted and offered, in words and side by side; what one would change is seen before it is adopted."""

from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field

from entrypoints import forecasting, policies, policy_forecast, settings_history
from entrypoints.console import parameters
from entrypoints.console.forecasts import ForecastSeen, Found, found_by, looked_at, seen, whole_file
from entrypoints.console.form_values import moment
from entrypoints.console.lists import State, done, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import SOURCE, View, looking
from entrypoints.masking import masked
from entrypoints.policies import CURRENT
from entrypoints.policy_words import in_words
from entrypoints.reads import checked
from entrypoints.settings_history import ChangeSeen
from ledger.errors import MessageRefused
from ledger.events.vocabulary import CHANNELS
from ledger.rules.catalogue import RULES
from ledger.rules.shipped import SHIPPED
from projections import identifiers

router = pages_router()
PLACE: Final = Place("policies", "nav.policies", "policies", router)
Reader = Annotated[View, Depends(looking("policies"))]
Admin = Annotated[View, Depends(looking("settings"))]
_COLUMNS: Final = ("identifier_id", "channel", "scope", "purpose", "before", "before_rule", "after", "after_rule")


class Version(BaseModel):
    """A version with its time in force; `now`: it is the one in force."""

    version: str
    jurisdiction: str | None
    in_force_from: datetime | None
    in_force_until: datetime | None
    adopted_at: datetime | None = None
    now: bool = False


class Compared(BaseModel):
    """A parameter under two versions, in words."""

    parameter: str
    left: str
    right: str
    differs: bool


class Policies(BaseModel):
    """What is adopted and offered, two versions side by side, and the comparisons made lately."""

    adopted: list[Version]
    offered: dict[str, list[Version]] = Field(description="name → versions")
    left: str
    right: str
    compared: list[Compared]
    forecasts: list[ForecastSeen]
    history: list[ChangeSeen]


class OnePolicy(BaseModel):
    """A version with every parameter, as a value and in words."""

    version: Version
    parameters: dict[str, Any]
    words: dict[str, str]


class PolicyForecast(Found):
    """What another policy would change."""

    forecast: ForecastSeen
    adoptable: bool


class PoliciesAsked(State):
    """Two versions to compare; `done`: one was just adopted."""

    left: str | None = Field(None, max_length=200)
    right: str | None = Field(None, max_length=200)


@twins(router, "/{organization}/policies")
def listed(view: Reader, asked: Annotated[PoliciesAsked, Query()]) -> Response:
    """The policies, and two versions side by side."""
    known = policies.history(view.ledger, view.organization)
    adopted = [Version.model_validate(one) for one in policies.listed(known, view.now)]
    offered: dict[str, list[Version]] = {name: [] for name in SHIPPED}
    for one in policies.offered():
        offered[str(one["version"]).partition("/")[0]].append(Version.model_validate(one))
    versions = list(dict.fromkeys(one.version for one in [*adopted, *chain.from_iterable(offered.values())]))
    left = asked.left or next(one.version for one in adopted if one.now)
    right = asked.right or versions[-1]
    data = Policies(
        adopted=adopted,
        offered=offered,
        left=left,
        right=right,
        compared=[_compared(name, *sides) for name, *sides in _sides(view, known, left, right)],
        forecasts=[seen(one) for one in forecasting.latest(view.ledger, view.organization, "policy")],
        history=settings_history.changes(view.ledger, view.organization, "policies", values=view.values),
    )
    rows = [list(one.model_dump().values()) for one in data.compared]
    table = (list(Compared.model_fields), rows)
    return show_list(view, "policies", asked, data, table, versions=versions)


@twins(router, "/{organization}/policies/new")
def write(view: Reader, asked: Annotated[State, Query()]) -> Response:
    """The form by which a policy of one's own is written down, filled in with the one in force."""
    now = policies.parameters(policies.history(view.ledger, view.organization), "", view.now)
    data = OnePolicy(version=Version.model_validate(now), parameters=now["parameters"], words={})
    rows = [[name, _text(value)] for name, value in data.parameters.items()]
    table = (["parameter", "value"], rows)
    return show_list(
        view,
        "policies/new",
        asked,
        data,
        table,
        fields=parameters.typed(data.parameters),
        numbers=parameters.NUMBERS,
        choices=parameters.CHOICES,
        sets=parameters.SETS,
        methods=parameters.METHODS,
        channels=CHANNELS,
    )


@router.post("/{organization}/policies/forecasts")
def compare(view: Reader, form: Form) -> Response:
    """Begins to work out what a policy would change, and goes to where that is shown."""
    question = _written(view, form) if "policy" in form else _named(view, form)
    try:
        policy_forecast.comparisons(view.ledger, view.organization, question)
    except MessageRefused as refused:
        said = [(name.removeprefix("parameters."), message) for name, message in refused.errors]
        raise MessageRefused(refused.reason, refused.detail, said) from None
    actor = f"person/{view.viewer.person}"
    begun = forecasting.begin(view.ledger, view.organization, "policy", question, asked_by=actor)
    return RedirectResponse(f"/console/{view.organization}/policies/forecasts/{begun}", 303, HEADERS)


@router.get("/{organization}/policies/forecasts/{forecast_id}/changes.csv")
def changes(view: Reader, forecast_id: UUID) -> StreamingResponse:
    """Each status that differs, as a file."""
    return whole_file(view, looked_at(view, forecast_id, "policy"), ("moment", *_COLUMNS), _whole_row)


@twins(router, "/{organization}/policies/forecasts/{forecast_id}")
def forecast(view: Reader, forecast_id: UUID, asked: Annotated[State, Query()]) -> Response:
    """How far the comparison is, and what came of it."""
    found = looked_at(view, forecast_id, "policy")
    page = found_by(view, found, asked.after)
    ids = {UUID(change["identifier_id"]) for change in page.changes}
    with view.ledger.reading.connection() as connection:
        held = {str(row.id): row for row in identifiers.identifiers(connection, view.organization, ids)}
    who = {
        key: (row.person_id, row.value if view.values else masked(row.kind or "", row.value))
        for key, row in held.items()
    }
    adoptable = policy_forecast.adoptable(found.question) and view.may("settings")
    data = PolicyForecast(forecast=seen(found), adoptable=adoptable, **page.model_dump())
    rows = [_whole_row(change) for change in page.changes]
    path = f"policies/forecasts/{forecast_id}"
    table = (("moment", *_COLUMNS), rows)
    return show_list(view, path, asked, data, table, template="policies/forecast.html", who=who, rules=RULES)


@router.post("/{organization}/policies/forecasts/{forecast_id}/adopt")
def adopt(view: Admin, forecast_id: UUID, form: Form) -> Response:
    """Adopts what was compared, for a reason, once somebody saw what it changes."""
    found = forecasting.get(view.ledger, view.organization, forecast_id)
    forecasting.require_seen(view.ledger, found)
    wanted = _adoptable(view, found.question, found.result)
    actor = f"person/{view.viewer.person}"
    policies.adopt(
        view.ledger,
        view.organization,
        wanted,
        actor=actor,
        source=SOURCE,
        reason=checked(form.get("reason", "")),
        correlation_id=str(forecast_id),
    )
    forecasting.adopted(view.ledger, found, actor)
    return done(view, "policies", what="true")


@twins(router, "/{organization}/policies/{policy}/{version}")
def one(view: Reader, policy: str, version: str, asked: Annotated[State, Query()]) -> Response:
    """Every parameter of a version, in words."""
    known = policies.history(view.ledger, view.organization)
    found = policies.parameters(known, f"{policy}/{version}", view.now)
    values = found["parameters"]
    words = {name: in_words(name, value) for name, value in values.items()}
    data = OnePolicy(version=Version.model_validate(found), parameters=values, words=words)
    rows = [[name, _text(values[name]), said] for name, said in words.items()]
    path = f"policies/{policy}/{version}"
    return show_list(view, path, asked, data, (["parameter", "value", "words"], rows), template="policies/one.html")


def _sides(view: View, known: Any, left: str, right: str) -> list[tuple[str, Any, Any]]:
    one, other = (policies.parameters(known, version, view.now)["parameters"] for version in (left, right))
    return [(name, one[name], other[name]) for name in parameters.NAMES]


def _compared(name: str, left: Any, right: Any) -> Compared:
    one, other = in_words(name, left), in_words(name, right)
    return Compared(parameter=name, left=one, right=other, differs=left != right)


def _named(view: View, form: Mapping[str, str]) -> dict[str, Any]:
    """The question that two names, and perhaps a moment, ask."""
    at = moment(view, "at", form.get("at", "").strip() or None)
    return {
        "before": form.get("before", CURRENT),
        "after": form.get("after", ""),
        "document": None,
        "adopt": form.get("after") in SHIPPED,
        "always": "always" in form,
        "at": at.isoformat() if at else None,
    }


def _written(view: View, form: Mapping[str, str]) -> dict[str, Any]:
    """The question what adopting a policy written down would change."""
    dates = {name: moment(view, name, form.get(name, "").strip() or None) for name in _DATES}
    document = {
        "policy": form.get("policy", "").strip(),
        "version": form.get("version", "").strip(),
        "parameters": parameters.written(form),
        **{name: at.isoformat() for name, at in dates.items() if at is not None},
    }
    name = f"{document['policy']}/{document['version']}"
    return {"before": CURRENT, "after": name, "document": document, "adopt": True, "always": False, "at": None}


_DATES: Final = ("in_force_from", "in_force_until")


def _adoptable(view: View, question: Mapping[str, Any], result: Mapping[str, Any] | None) -> Any:
    """What is adopted, if the forecast was made of the history that stands now. Raises MessageRefused."""
    if not policy_forecast.adoptable(question):
        raise MessageRefused("forecast", f"forecast: {TEXTS['policies.not_adoptable']}")
    made_of = policy_forecast.made_of(policies.history(view.ledger, view.organization))
    if result is not None and result["history"] != made_of:
        raise MessageRefused("forecast", f"forecast: {TEXTS['policies.moved']}")
    return policy_forecast.wanted(question, view.ledger.now())


def _whole_row(change: Mapping[str, Any]) -> list[object]:
    sides = [part for side in ("before", "after") for part in (_side(change[side]), change[side]["rule"])]
    return [change["moment"], *[change[name] for name in _COLUMNS[:4]], *sides]


def _side(side: Mapping[str, Any]) -> str:
    return "sendable" if side["sendable"] else " ".join(side["reasons"])


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
