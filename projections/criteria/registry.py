"""Every source of criteria, by the name it is asked by: each file of `sources` is found, none is listed."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final, get_args

from projections.criteria import sources
from projections.criteria.criterion import Criterion


def _found() -> Iterator[type[Criterion]]:
    for module in iter_modules(sources.__path__, f"{sources.__name__}."):
        for one in vars(import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, Criterion) and one.__module__ == module.name:
                yield one


def _name(source: type[Criterion]) -> str:
    [name] = get_args(source.model_fields["source"].annotation)
    return str(name)


SOURCES: Final[Mapping[str, type[Criterion]]] = {
    _name(source): source for source in sorted(_found(), key=lambda one: (one.PLACE, one.__name__))
}
"""Name → source, in the order in which they are offered."""
