"""Everyone who fits a filter of the contact list, as one CSV (Y9)."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import IO, Final, TextIO

from entrypoints.contacts import ContactSeen, refuse_unaskable, seen
from entrypoints.files.cells import cell
from entrypoints.wiring import Service
from ledger.errors import MessageRefused
from projections import contact_list
from projections.contact_list import ContactRow
from projections.contact_query import Filter

PAGE: Final = 1_000
"""People read at once."""
_PART: Final = 64 * 1024
_IN_MEMORY: Final = 1024 * 1024
COLUMNS: Final = (
    "id",
    "name",
    "emails",
    "phones",
    "external_ids",
    "type",
    "created_at",
    "created_method",
    "created_source",
    "last_updated",
    "deleted_at",
)


def everyone(ledger: Service, organization: str, asked: Filter) -> Iterator[ContactRow]:
    """All who fit at one moment, in the list's order. Raises MessageRefused naming what cannot be taken.

    One snapshot: between pages read apart, whoever is updated meanwhile would move to the front and be missed.
    """
    refuse_unaskable(organization, asked)
    asked = replace(asked, at=asked.at or ledger.now())
    after = None
    with ledger.reading.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        while True:
            try:
                rows = contact_list.contacts(connection, organization, asked, after=after, limit=PAGE)
            except ValueError as refused:
                raise MessageRefused("invalid-request", str(refused)) from None
            yield from rows
            if len(rows) < PAGE:
                return
            after = contact_list.place(rows[-1], asked.ranked)


def export(ledger: Service, organization: str, asked: Filter, target: TextIO, *, values: bool) -> Iterator[int]:
    """Writes a line a person; yields how many are written so far. `values`: in full, else masked."""
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    written = 0
    for written, row in enumerate(everyone(ledger, organization, asked), 1):
        writer.writerow(_line(seen(row, values=values)))
        if written % PAGE == 0:
            yield written
    yield written


def laid_aside(ledger: Service, organization: str, asked: Filter, *, values: bool) -> Iterator[bytes]:
    """The CSV in parts, written before the first: a slow reader holds up neither a connection nor a snapshot."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        text = io.TextIOWrapper(file, "utf-8", newline="")
        for _ in export(ledger, organization, asked, text, values=values):
            pass
        text.detach()
        file.seek(0)
        return _parts(file, stack.pop_all())


def _parts(file: IO[bytes], held: ExitStack) -> Iterator[bytes]:
    with held:
        while part := file.read(_PART):
            yield part


def _line(one: ContactSeen) -> list[str]:
    held = [getattr(one, name) for name in COLUMNS]
    return [cell(" ".join(value) if isinstance(value, list) else value) for value in held]
