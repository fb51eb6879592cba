"""Freezing the list of a bulk action: in the request where it is short, else by who brings bulk actions on.

A million people take many seconds to write down; until they are, the filter is kept with the batch, sealed.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from entrypoints.batches.seeing import words
from entrypoints.deletion import fitting
from entrypoints.wiring import Service
from ledger.store import batches
from ledger.store.batches import Batch
from projections.contact_query import Filter
from projections.criteria import tree

AT_ONCE: Final = 1_000
"""So many people are written down in the request."""


class _Stopped(Exception):
    """Told to stop amidst a list: it is begun anew next time."""


def short(ledger: Service, organization: str, asked: Filter, most: int) -> list[UUID] | None:
    """Everyone who fits now; None where they are more than `most`. Raises MessageRefused."""
    with closing(fitting(ledger, organization, asked)) as people:
        found = list(islice(people, most + 1))
    return found if len(found) <= most else None


def kept(asked: Filter) -> dict[str, Any]:
    """The filter in plain values; its moment is the one at which the batch was asked for."""
    plain = {name: getattr(asked, name) for name in ("search", "type", "mark", "deleted")}
    return {**plain, "criteria": tree.written(asked.criteria) if asked.criteria is not None else None}


def freeze(ledger: Service, connection: Connection[Any], batch: Batch, stopped: Callable[[], bool]) -> bool:
    """Writes the list down; False where it was told to stop, after which nothing of it is there, or cannot be."""
    plain = words(ledger, batch).get("filter")
    if plain is None:
        batches.give_up(connection, batch.id, ledger.now())
        return False
    criteria = tree.read(plain["criteria"]) if plain["criteria"] is not None else None
    asked = Filter(**{**plain, "criteria": criteria}, at=batch.asked_at)
    try:
        return batches.fill(connection, batch.id, _until(stopped, fitting(ledger, batch.organization, asked)))
    except _Stopped:
        return False


def _until(stopped: Callable[[], bool], people: Iterator[UUID]) -> Iterator[UUID]:
    for number, person in enumerate(people):
        if number % 1_000 == 0 and stopped():
            raise _Stopped
        yield person
