"""Criteria joined by and, or and not: the document that is sent, kept in an address, and turned into SQL."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Union

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter

from projections.criteria.criterion import Asking, Criterion
from projections.criteria.marked import search_condition, signed
from projections.criteria.registry import SOURCES

MOST: Final = 40
"""Criteria in one document."""
DEEPEST: Final = 5


def _kind(node: Any) -> str:
    """Which of the four a node is, of what was sent or of what was made of it."""
    for name in ("all", "any", "not"):
        if name in node if isinstance(node, dict) else hasattr(node, f"{name}_of"):
            return name
    return "criterion"


if TYPE_CHECKING:
    Leaf = Criterion
else:
    Leaf = Annotated[Union[tuple(SOURCES.values())], Field(discriminator="source")]  # noqa: UP007


class _Joined(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AllOf(_Joined):
    """And: every one of these."""

    all_of: "list[Node]" = Field(alias="all", min_length=1, max_length=MOST)


class AnyOf(_Joined):
    """Or: at least one of these."""

    any_of: "list[Node]" = Field(alias="any", min_length=1, max_length=MOST)


class NotOf(_Joined):
    """Not: everybody else."""

    not_of: "Node" = Field(alias="not")


Node = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotOf, Tag("not")]
    | Annotated[Leaf, Tag("criterion")],
    Discriminator(_kind),
]
for _joined in (AllOf, AnyOf, NotOf):
    _joined.model_rebuild()


def parts(node: Node) -> list[Node]:
    """What a node joins; nothing for a criterion."""
    match node:
        case AllOf():
            return node.all_of
        case AnyOf():
            return node.any_of
        case NotOf():
            return [node.not_of]
        case _:
            return []


def criteria(node: Node) -> Iterator[Criterion]:
    """The criteria in it, from left to right."""
    if isinstance(node, Criterion):
        yield node
    for part in parts(node):
        yield from criteria(part)


def alone(node: Node) -> Criterion | None:
    """The criterion, where a document is one that joins no others."""
    match node:
        case AllOf(all_of=[part]) | AnyOf(any_of=[part]):
            return alone(part)
        case Criterion():
            return node
    return None


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, parts(node)), default=0)


def _bounded(node: Node) -> Node:
    if _depth(node) > DEEPEST:
        raise ValueError(f"nest and, or and not at most {DEEPEST - 1} deep")
    if sum(1 for _ in criteria(node)) > MOST:
        raise ValueError(f"give at most {MOST} criteria")
    return node


Document = Annotated[Node, AfterValidator(_bounded)]
"""A whole document, neither too deep nor too long."""
_DOCUMENT: Final[TypeAdapter[Node]] = TypeAdapter(Document)


def checked(document: Any) -> Node:
    """The document of these plain values. Raises pydantic's ValidationError."""
    return _DOCUMENT.validate_python(document)


def read(text: str | bytes) -> Node:
    """The document in this JSON. Raises pydantic's ValidationError."""
    return _DOCUMENT.validate_json(text)


def written(node: Node) -> str:
    """The document as JSON, as short as can be."""
    return _DOCUMENT.dump_json(node, by_alias=True, exclude_none=True).decode()


def condition(node: Node, asking: Asking) -> str:
    """SQL, true for the rows `c` of `all_contacts` that fit."""
    match node:
        case AllOf():
            return "(" + " AND ".join(condition(part, asking) for part in node.all_of) + ")"
        case AnyOf():
            return "(" + " OR ".join(condition(part, asking) for part in node.any_of) + ")"
        case NotOf():
            return "(" + condition(node.not_of, asking) + ") IS NOT TRUE"
        case _:
            return node.condition(asking)


def in_search(node: Node, asking: Asking) -> str | None:
    """SQL, true for the rows `s` of `contact_search` that fit; None where marks and facts do not say it."""
    match node:
        case AllOf() | AnyOf():
            each = [in_search(part, asking) for part in parts(node)]
            joint = " AND " if isinstance(node, AllOf) else " OR "
            return None if None in each else "(" + joint.join(one for one in each if one) + ")"
        case NotOf():
            inner = in_search(node.not_of, asking)
            return None if inner is None else f"NOT {inner}"
        case _:
            held = node.marked_by(asking)
            return None if held is None else search_condition(asking, held)


def in_index(node: Node, asking: Asking) -> str | None:
    """SQL, true for the rows `w` of the list's index of all who fit, and few others; None where it says nothing."""
    match node:
        case AllOf() | AnyOf():
            each = [in_index(part, asking) for part in parts(node)]
            said = [one for one in each if one]
            joint = " AND " if isinstance(node, AllOf) else " OR "
            none = not said or (isinstance(node, AnyOf) and len(said) < len(each))
            return None if none else "(" + joint.join(said) + ")"
        case NotOf():
            return None
        case _:
            held, dated = node.signed_by(asking), node.dated(asking)
            signs = signed(asking, held) if held is not None and not held.none else None
            return " AND ".join(filter(None, (dated, signs))) or None


def found_by(node: Node, asking: Asking) -> list[str]:
    """Queries by index, each of the ids of all who fit and perhaps others; none where no index leads there."""
    match node:
        case AllOf():
            return [query for part in node.all_of for query in found_by(part, asking)]
        case AnyOf():
            each = [found_by(part, asking)[:1] for part in node.any_of]
            return [" UNION ".join(f"({query})" for [query] in each)] if all(each) else []
        case NotOf():
            return []
        case _:
            query = node.found_by(asking)
            return [query] if query is not None else []
