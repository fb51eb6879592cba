"""Files with personal data that commands wrote: kept in mind, and seen to in erasures (decision 043)."""

import hashlib
import mmap
import re
import socket
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.wiring import Service
from ledger.events.identifier import IdentifierClaimed
from ledger.rules.erasure import Reach
from ledger.store import exports
from ledger.store.exports import Export, Found

MOST: Final = 10_000
"""Files that an erasure looks at, the newest first."""
_SPOKEN: Final[dict[Found, str]] = {
    "going": "it is this person's and as it was written: deleted with the erasure",
    "changed": "it was changed since it was written: its holder must delete it",
    "absent": "it is not there, or on another machine: its holder must delete it",
    "unreadable": "it cannot be looked into: its holder must see whether the person is in it",
    "among_others": "the person is in it among others: its holder must write it anew",
}


class FileTold(BaseModel):
    """A file that a command wrote with personal data of a person who is erased, or may have."""

    where: str | None = Field(description="host and path; null once it is gone")
    kind: str = Field(description="the command that wrote it")
    written_at: datetime
    found: Found
    said: str
    gone_at: datetime | None


def note(
    ledger: Service, organization: str, file: Path, kind: str, *, contacts: Collection[UUID] | None = None
) -> None:
    """Remembers a file that was written; `contacts`: whose it is, where it is about one person. A pipe is none."""
    if not file.is_file():
        return
    where = f"{socket.gethostname()}:{file.resolve()}"
    made = Export(
        id=ledger.ids.act(organization, "contact-ledger/exports", where),
        organization=organization,
        kind=kind,
        written_at=ledger.now(),
        contact_ids=list(contacts) if contacts is not None else None,
        digest=_digest(file),
        wrapped=None,
        place=None,
    )
    with ledger.writing.connection() as connection:
        exports.note(connection, ledger.keyring, made, where)


def listed(ledger: Service, organization: str, *, limit: int = MOST) -> list[tuple[Export, str | None]]:
    """The organization's files that may still be there, each with its place; the newest first."""
    with ledger.writing.connection() as connection:
        return [(one, one.where(ledger.keyring)) for one in exports.standing(connection, organization, limit=limit)]


def look(ledger: Service, organization: str, reached: Reach) -> list[tuple[Export, FileTold]]:
    """The files that hold the person, or may: to be asked while the person's values can still be opened."""
    words = _words(ledger, reached)
    seen: list[tuple[Export, FileTold]] = []
    for one, where in listed(ledger, organization):
        found = _found(one, _path(where), reached, words)
        if found is not None:
            seen.append((one, _told(one, where, found)))
    return seen


def keep(ledger: Service, act_id: UUID, found: list[tuple[Export, FileTold]]) -> None:
    """Keeps what was found, before the erasure is done: whoever dies then goes on with `clear`."""
    with ledger.writing.connection() as connection:
        exports.keep_found(connection, act_id, {one.id: (one.digest, told.found) for one, told in found})


def clear(ledger: Service, act_id: UUID) -> None:
    """Deletes the files that go with the erasure and are still as they were written; again is harmless. One that
    this process may not delete stays, and the report waits for it.
    """
    with ledger.writing.connection() as connection:
        for one in exports.found_by(connection, act_id):
            path = _path(one.where(ledger.keyring))
            if one.found == "going" and path is not None and _is(path, one.digest):
                with suppress(OSError):
                    path.unlink()
                    exports.note_gone(connection, one, ledger.now())


def files_of(ledger: Service, act_id: UUID) -> list[FileTold]:
    """What an erasure found, as it stands now."""
    with ledger.writing.connection() as connection:
        return [
            _told(one, one.where(ledger.keyring) if one.gone_at is None else None, one.found)
            for one in exports.found_by(connection, act_id)
            if one.found is not None
        ]


def _told(one: Export, where: str | None, found: Found) -> FileTold:
    return FileTold(
        where=where,
        kind=one.kind,
        written_at=one.written_at,
        found=found,
        said=_SPOKEN[found],
        gone_at=one.gone_at,
    )


def _words(ledger: Service, reached: Reach) -> re.Pattern[bytes]:
    """What tells in a file that the person is in it: ids, and the identifiers as they were given and are kept."""
    streams = ledger.reading.read(reached.identifiers)
    claims = [event for events in streams.values() for event in events if isinstance(event.body, IdentifierClaimed)]
    words = {str(one) for one in reached.streams}
    for event in ledger.reading.open(claims):
        assert isinstance(event.body, IdentifierClaimed)
        words |= {text for text in (event.body.value, event.body.raw) if text}
    return re.compile(b"|".join(re.escape(word.encode()) for word in sorted(words)), re.IGNORECASE)


def _found(one: Export, path: Path | None, reached: Reach, words: re.Pattern[bytes]) -> Found | None:
    """What there is to say of the file; None: it is not about the person."""
    if one.contact_ids is not None:
        if not set(one.contact_ids) & set(reached.contacts):
            return None
        if path is None:
            return "absent"
        return "going" if _is(path, one.digest) else "changed"
    if path is None:
        return "absent"
    if path.suffix == ".parquet":
        return "unreadable"
    try:
        return "among_others" if _holds(path, words) else None
    except OSError:
        return "unreadable"


def _path(where: str | None) -> Path | None:
    """The file, where there is one at the place and it is on this machine."""
    host, _, name = (where or "").partition(":")
    path = Path(name)
    return path if host == socket.gethostname() and path.is_file() else None


def _holds(path: Path, words: re.Pattern[bytes]) -> bool:
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        return words.search(whole) is not None


def _is(path: Path, digest: bytes) -> bool:
    try:
        return _digest(path) == digest
    except OSError:
        return False


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
