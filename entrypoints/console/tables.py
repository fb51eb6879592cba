"""Pages that are a few tables to read: policies with their difference, settings."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from entrypoints import fields, keys, keywords, people, policies, scopes
from entrypoints.calendar import calendar_for
from entrypoints.console.lists import State, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.view import View, looking
from entrypoints.masking import masked, masked_text

policy_router, settings_router = pages_router(), pages_router()
POLICIES: Final = Place("policies", "nav.policies", "policies", policy_router)
SETTINGS: Final = Place("settings", "nav.settings", "organization", settings_router)


class Section(BaseModel):
    """A table: the keys of its title and columns in the catalogue, its rows, and which rows stand out."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    marked: list[int] = []


class Tables(BaseModel):
    """The page. `state`: a word for how things stand, and why."""

    sections: list[Section]
    state: str | None = None
    reasons: list[str] = []


class PoliciesAsked(State):
    """Two versions to compare."""

    left: str | None = Field(None, max_length=200)
    right: str | None = Field(None, max_length=200)


@twins(policy_router, "/{organization}/policies")
def policy_page(
    view: Annotated[View, Depends(looking("policies"))], asked: Annotated[PoliciesAsked, Query()]
) -> Response:
    """The policies adopted and offered, and two versions side by side, parameter by parameter."""
    known = policies.history(view.ledger, view.organization)
    adopted, offered = policies.listed(known, view.now), policies.offered()
    versions = list(dict.fromkeys(one["version"] for one in [*adopted, *offered]))
    left = asked.left or _in_force(adopted)
    right = asked.right or versions[-1]
    sides = [policies.parameters(known, one, view.now)["parameters"] for one in (left, right)]
    names = sorted(sides[0].keys() | sides[1].keys())
    texts = [(name, *[_text(side.get(name)) for side in sides]) for name in names]
    compared = [[name, one, other, one != other] for name, one, other in texts]
    sections = [
        _section(
            "policies.adopted", adopted, ("version", "jurisdiction", "in_force_from", "in_force_until", "now")
        ),
        _section("policies.offered", offered, ("version", "jurisdiction", "in_force_from", "in_force_until")),
        Section(
            title="policies.difference",
            columns=["column.parameter", "policies.left", "policies.right", "policies.differs"],
            rows=compared,
            marked=[number for number, row in enumerate(compared) if row[3]],
        ),
    ]
    return _shown(
        view,
        "policies",
        asked,
        Tables(sections=sections),
        versions=[(one, one) for one in versions],
        left=left,
        right=right,
    )


@twins(settings_router, "/{organization}/settings")
def settings(view: Annotated[View, Depends(looking("organization"))], asked: Annotated[State, Query()]) -> Response:
    """Merchants, senders and lists, fields, keywords, people and keys; people and keys for who may change them."""
    ledger, organization = view.ledger, view.organization
    known = scopes.page(ledger, organization, limit=1_000).scopes
    unknown = scopes.page(ledger, organization, unknown=True, limit=1_000).scopes
    sets, standing = keywords.sets(ledger, organization)
    calendar = calendar_for(ledger, organization)
    place = ("scope", "level", "display_name", "state", "events")
    sections = [
        _section("settings.scopes", _dumped([*known, *unknown]), place),
        _section(
            "settings.fields",
            _dumped(fields.listed(ledger, organization)),
            ("field", "display_name", "value_type", "system", "retired"),
        ),
        Section(
            title="settings.keywords",
            columns=["column.version", "column.now"],
            rows=[[version, version == standing] for version in sets],
        ),
        Section(
            title="settings.calendar",
            columns=["column.country", "column.subdivision", "column.time_zone"],
            rows=[[calendar.country, calendar.subdivision, calendar.time_zone]],
        ),
    ]
    if view.may("settings"):
        staff = _dumped(people.listed(ledger, organization))
        for one in () if view.values else staff:
            one.update(name=masked_text(one["name"]), email=masked("email", one["email"]))
        sections.append(_section("settings.people", staff, ("name", "email", "role", "added_at")))
        issued = _dumped(keys.listed(ledger, organization))
        sections.append(_section("settings.keys", issued, ("prefix", "role", "state", "issued_at", "expires_at")))
    return _shown(view, "settings", asked, Tables(sections=sections))


def _in_force(adopted: Sequence[dict[str, Any]]) -> str:
    return next(str(one["version"]) for one in adopted if one["now"])


def _dumped(shown: Iterable[BaseModel]) -> list[dict[str, Any]]:
    return [one.model_dump() for one in shown]


def _section(title: str, shown: Sequence[dict[str, Any]], names: Sequence[str]) -> Section:
    rows = [[one[name] for name in names] for one in shown]
    return Section(title=title, columns=[f"column.{name}" for name in names], rows=rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)


def _shown(view: View, path: str, asked: State, data: Tables, **shown: Any) -> Response:
    rows = [[one.title, *row] for one in data.sections for row in one.rows]
    widest = max((len(row) for row in rows), default=1)
    names = ["table", *[f"column_{number}" for number in range(1, widest)]]
    return show_list(view, path, asked, data, (names, rows), page=path, **shown)
