"""`exports`: where commands wrote files with personal data, and what erasures found of them (decision 043)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.store.keyring import Keyring

Found = Literal["going", "changed", "absent", "unreadable", "among_others"]
"""Of a file when a person is erased: it is that person's and as it was written; that person's, and changed since;
not there any more; there, but it cannot be looked into; it holds the person among others."""

_NOTE: Final = """
INSERT INTO exports (id, organization, kind, written_at, contact_ids, digest, wrapped, place)
VALUES (%(id)s, %(organization)s, %(kind)s, %(written_at)s, %(contact_ids)s, %(digest)s, %(wrapped)s, %(place)s)
ON CONFLICT (id) DO UPDATE SET (kind, written_at, contact_ids, digest, wrapped, place, gone_at)
    = (excluded.kind, excluded.written_at, excluded.contact_ids, excluded.digest, excluded.wrapped, excluded.place,
       NULL)
"""
STANDING: Final = """
SELECT id, organization, kind, written_at, contact_ids, digest, wrapped, place, gone_at FROM exports
WHERE organization = %s AND gone_at IS NULL ORDER BY written_at DESC LIMIT %s
"""
_FOUND: Final = """
SELECT e.id, organization, kind, written_at, contact_ids, f.digest, wrapped, place,
       CASE WHEN e.digest = f.digest THEN gone_at ELSE written_at END AS gone_at, f.found
FROM erasure_exports f JOIN exports e ON e.id = f.export_id WHERE act_id = %s ORDER BY written_at DESC
"""
_GONE: Final = "UPDATE exports SET gone_at = %s, wrapped = NULL, place = NULL WHERE id = %s AND digest = %s"


@dataclass(frozen=True, slots=True)
class Export:
    """A row. `gone_at`: when the file was deleted, or written over; None while it may be there.

    Asked for by an erasure, `digest` is of the file that was there then, and `found` what was found of it.
    """

    id: UUID
    organization: str
    kind: str
    written_at: datetime
    contact_ids: list[UUID] | None
    digest: bytes = field(repr=False)
    wrapped: bytes | None = field(repr=False)
    place: bytes | None = field(repr=False)
    gone_at: datetime | None = None
    found: Found | None = None

    def where(self, keyring: Keyring) -> str | None:
        """The place, opened; None once the file is gone."""
        if self.wrapped is None or self.place is None:
            return None
        return keyring.unwrap(self.id, 1, self.wrapped).open(self.place, self.id.bytes).decode()


def note(connection: Connection[Any], keyring: Keyring, export: Export, where: str) -> None:
    """Keeps that the file was written there, in the place of what was there before."""
    key = keyring.new_key(export.id, 1)
    sealed = {"wrapped": key.wrapped, "place": key.seal(where.encode(), export.id.bytes)}
    names = ("id", "organization", "kind", "written_at", "contact_ids", "digest")
    connection.execute(_NOTE, {name: getattr(export, name) for name in names} | sealed)


def standing(connection: Connection[Any], organization: str, *, limit: int) -> list[Export]:
    """The organization's files that may still be there, the newest first."""
    return connection.cursor(row_factory=class_row(Export)).execute(STANDING, (organization, limit)).fetchall()


def keep_found(connection: Connection[Any], act_id: UUID, found: Mapping[UUID, tuple[bytes, Found]]) -> None:
    """Keeps what an erasure that is about to be done found: export → (digest of the file meant, found)."""
    rows = [(act_id, export_id, digest, what) for export_id, (digest, what) in found.items()]
    with connection.transaction():
        connection.execute("DELETE FROM erasure_exports WHERE act_id = %s", (act_id,))
        connection.cursor().executemany("INSERT INTO erasure_exports VALUES (%s, %s, %s, %s)", rows)


def found_by(connection: Connection[Any], act_id: UUID) -> Sequence[Export]:
    """The files that the erasure found, as they stand now."""
    return connection.cursor(row_factory=class_row(Export)).execute(_FOUND, (act_id,)).fetchall()


def note_gone(connection: Connection[Any], export: Export, at: datetime) -> None:
    """Keeps that the file is gone, and forgets where it was."""
    connection.execute(_GONE, (at, export.id, export.digest))
