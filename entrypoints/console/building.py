"""Building criteria step by step, without scripts: each step gives another document. Pure.

A node's path is its place in each group on the way, as `0.2`; the empty path is the whole document.
"""

from collections.abc import Sequence
from typing import Final

from projections.criteria.tree import AllOf, AnyOf, Node, NotOf, parts

NEW: Final = ("any", "all", "none")
"""Groups that can be begun with a criterion."""


def groups(root: Node | None, path: str = "") -> dict[str, Node]:
    """Path → node, of every group below the root to which a criterion can be added."""
    found: dict[str, Node] = {}
    for number, part in enumerate(parts(root) if root is not None else ()):
        below = f"{path}.{number}" if path else str(number)
        if isinstance(part, AllOf | AnyOf):
            found[below] = part
        found |= groups(part, below)
    return found


def added(root: Node | None, criterion: Node, into: str = "") -> Node:
    """The document with the criterion in the group of this path, in a new group of a kind in NEW, or at its end."""
    if into in NEW:
        group: Node = AnyOf(any_of=[criterion]) if into in ("any", "none") else AllOf(all_of=[criterion])
        return added(root, NotOf(not_of=group) if into == "none" else group)
    if root is None:
        return AllOf(all_of=[criterion])
    known = into in groups(root)
    return _changed(root if known else _rooted(root), _steps(into) if known else [], criterion)


def removed(root: Node, path: str) -> Node | None:
    """The document without the node of this path; None where nothing is left."""
    return _without(root, _steps(path))


def switched(root: Node, path: str = "") -> Node:
    """The document with the group of this path asking for any instead of all, or for all instead of any."""
    steps = _steps(path)
    if steps:
        below = ".".join(map(str, steps[1:]))
        held = [switched(part, below) if n == steps[0] else part for n, part in enumerate(parts(root))]
        return _with_parts(root, held)
    match root:
        case AllOf():
            return AnyOf(any_of=root.all_of)
        case AnyOf():
            return AllOf(all_of=root.any_of)
        case _:
            return root


def _steps(path: str) -> list[int]:
    return [int(step) for step in path.split(".") if step.isdecimal()]


def _rooted(root: Node) -> Node:
    return root if isinstance(root, AllOf | AnyOf) else AllOf(all_of=[root])


def _changed(node: Node, steps: Sequence[int], criterion: Node) -> Node:
    held = parts(node)
    if steps and steps[0] < len(held):
        changed = [_changed(part, steps[1:], criterion) if n == steps[0] else part for n, part in enumerate(held)]
        return _with_parts(node, changed)
    return _with_parts(node, [*held, criterion]) if isinstance(node, AllOf | AnyOf) else node


def _without(node: Node, steps: Sequence[int]) -> Node | None:
    if not steps:
        return None
    left = [
        one
        for number, part in enumerate(parts(node))
        if (one := _without(part, steps[1:]) if number == steps[0] else part) is not None
    ]
    return _with_parts(node, left) if left else None


def _with_parts(node: Node, held: list[Node]) -> Node:
    match node:
        case AllOf():
            return AllOf(all_of=held)
        case AnyOf():
            return AnyOf(any_of=held)
        case NotOf():
            return NotOf(not_of=held[0])
        case _:
            return node
