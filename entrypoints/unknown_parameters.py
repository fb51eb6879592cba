"""An address that asks for what its route does not know: `att` for `at` would be answered as of now."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel


def unknown_parameters(request: Request) -> list[str]:
    """The names in the query of the address that the route has no use for."""
    if not request.query_params:
        return []
    known = set(_known(request.scope["route"].dependant))
    return [name for name in request.query_params if name not in known]


def _known(dependant: Dependant) -> Iterator[str]:
    for one in dependant.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (field.alias or name for name, field in kind.model_fields.items())
        else:
            yield one.alias
    for inner in dependant.dependencies:
        yield from _known(inner)
