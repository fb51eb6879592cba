"""Criteria as the console shows them: in words, in the address, and as a form made from their description."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import ValidationError

from entrypoints import fields, typed
from entrypoints.console import building
from entrypoints.console.texts import TEXTS, say
from entrypoints.console.view import View
from entrypoints.contacts import OWN_PLACE
from ledger.errors import MessageRefused
from projections import scopes
from projections.criteria import tree
from projections.criteria.criterion import Criterion, Spanned
from projections.criteria.registry import SOURCES
from projections.criteria.tree import AllOf, AnyOf, Node, NotOf

_SEALED: Final = "~"
"""Leads criteria that were sealed, for somebody typed something of them."""
_WORDS: Final = {"state": "consent", "status": "deliverability"}
"""Field → the kind of word its codes have, where that is not its own name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A node in words. `joined`: how its parts are, all or any, of a group; `negated`: not this."""

    path: str
    text: str
    joined: Literal["all", "any"] | None = None
    negated: bool = False
    parts: Sequence["Shown"] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """A field of a criterion's form, what stands in it, and what is wrong with that."""

    name: str
    label: str
    kind: Literal["choice", "text", "number", "day"]
    value: str
    needed: bool
    options: Sequence[tuple[str, str]] = ()
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form that could not be taken, and what is wrong: field → words."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


def addressed(view: View, root: Node | None) -> str | None:
    """The criteria as an address may hold them: readable where they are but words of ours, else sealed."""
    if root is None:
        return None
    text = tree.written(root)
    if any(one.typed for one in tree.criteria(root)):
        return _SEALED + typed.sealed(view.ledger, view.organization, text)
    return text


def read(view: View, text: str | None) -> Node | None:
    """The criteria of an address. Raises MessageRefused."""
    if not text:
        return None
    if text.startswith(_SEALED):
        opened = typed.opened(view.ledger, view.organization, text.removeprefix(_SEALED))
        if opened is None:
            raise MessageRefused("invalid-request", TEXTS["error.q"])
        text = opened
    try:
        return tree.read(text)
    except ValidationError:
        raise MessageRefused("invalid-request", TEXTS["criteria.unreadable"]) from None


def shown(root: Node, names: Mapping[str, str], path: str = "", *, negated: bool = False) -> Shown:
    """The criteria in words; `names` are those of profile fields."""
    match root:
        case NotOf():
            return shown(root.not_of, names, f"{path}.0" if path else "0", negated=not negated)
        case AllOf() | AnyOf():
            held = tree.parts(root)
            below = [shown(part, names, f"{path}.{n}" if path else str(n)) for n, part in enumerate(held)]
            joined: Literal["all", "any"] = "all" if isinstance(root, AllOf) else "any"
            text = say("criteria.group.none" if negated and joined == "any" else f"criteria.group.{joined}")
            return Shown(path, text, joined, negated, below)
        case _:
            return Shown(path, said(root, names), None, negated)


def said(criterion: Criterion, names: Mapping[str, str]) -> str:
    """One criterion in words."""
    words = {name: _word(name, value, names) for name, value in criterion if name not in Spanned.model_fields}
    words["span"] = " ".join(_spans(criterion))
    if words.get("place"):
        words["place"] = say("span.at", place=words["place"])
    return " ".join(say(f"criterion.{words.pop('source')}.said", **words).split())


def form(view: View, source: str, written: Typed) -> list[Input]:
    """The form of a source, from the description of its fields."""
    described = SOURCES[source].model_fields
    made = []
    for name, one in described.items():
        if name == "source":
            continue
        kinds = [kind for kind in get_args(one.annotation) or [one.annotation] if kind is not NoneType]
        codes = _codes(one.annotation)
        options = [(code, _word(name, code, {})) for code in codes]
        if name in _CHOICES:
            options = _CHOICES[name](view)
        usual = "" if one.is_required() or one.default is None else str(one.default)
        value = written.values.get(name, usual)
        if options and value and value not in dict(options):
            options = [*options, (value, value)]
        made.append(
            Input(
                name,
                TEXTS.get(f"criterion.{source}.{name}") or TEXTS.get(f"criterion.field.{name}", name),
                "choice" if options else "number" if int in kinds else "day" if date in kinds else "text",
                value,
                one.is_required(),
                options,
                written.wrong.get(name),
            )
        )
    return made


def taken(organization: str, source: str, form: Mapping[str, str]) -> Criterion | Typed:
    """The criterion that a form asks for, or what is wrong with it."""
    made = SOURCES[source]
    given = {name: value for name in made.model_fields if (value := form.get(name, "").strip())}
    try:
        criterion = made.model_validate({**given, "source": source}, strict=False)
    except ValidationError as refused:
        return Typed(given, dict(_faults(refused, made)))
    if field := criterion.elsewhere(organization):
        return Typed(given, {field: OWN_PLACE.format(organization)})
    return criterion


def where(root: Node | None) -> list[tuple[str, str]]:
    """Path or new group → how the form calls it, of all a criterion can be added to."""
    known = [("", say("criteria.into.root"))]
    known += [(path, say("criteria.into.group", number=n)) for n, path in enumerate(building.groups(root), 1)]
    return known + [(one, say(f"criteria.into.new.{one}")) for one in building.NEW]


def _faults(refused: ValidationError, made: type[Criterion]) -> Any:
    """Field → what is wrong, of each; what concerns the whole criterion stands at the field it names."""
    for one in refused.errors(include_url=False, include_input=False, include_context=False):
        words = one["msg"].removeprefix("Value error, ")
        name = str(one["loc"][0]) if one["loc"] else words.partition(":")[0]
        if name not in made.model_fields:
            name = next(reversed(made.model_fields)) if "within_days" not in made.model_fields else "within_days"
        words = words.removeprefix(f"{name}: ")
        yield name, say("criteria.needed") if one["type"] == "missing" else words


def _codes(annotation: Any) -> Sequence[str]:
    """The values of a Literal, alone or beside None."""
    kinds = [annotation, *get_args(annotation)]
    return next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())


def _word(name: str, value: object, names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if name == "field":
        return names.get(str(value)) or TEXTS.get(f"field.{value}", str(value))
    return TEXTS.get(f"{_WORDS.get(name, name)}.{value}", str(value))


def _spans(criterion: Criterion) -> list[str]:
    if not isinstance(criterion, Spanned):
        return []
    days = [(name, getattr(criterion, name)) for name in Spanned.model_fields]
    return [say(f"span.{name}", days=value, day=value) for name, value in days if value is not None]


def _places(view: View) -> list[tuple[str, str]]:
    with view.ledger.reading.connection() as connection:
        found = scopes.places(connection, view.organization)
    return [(scope, f"{name} ({scope})" if name else scope) for scope, name in found.items()]


def field_names(view: View) -> dict[str, str]:
    """Code → name, of the profile fields that are in use."""
    known = fields.listed(view.ledger, view.organization)
    return {
        one.field: TEXTS.get(f"field.{one.field}", one.field) if one.system else one.display_name
        for one in known
        if not one.retired
    }


_CHOICES: Final[Mapping[str, Callable[[View], list[tuple[str, str]]]]] = {
    "place": _places,
    "field": lambda view: list(field_names(view).items()),
}
"""Fields whose values the organization itself lays down."""
