"""Carriers' files of numbers that were disconnected, given to somebody else, or ported (beyond 23; features 1b).

Every row is an act of its own, named by the file's hash and the row's number: a file that is read again, whole or
after a run broke off, records nothing twice; `reverse --import HASH --method carrier` takes its opt-outs back.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from hashlib import sha256
from itertools import chain, islice
from typing import BinaryIO, Final

import orjson

from entrypoints.files.csv_sheet import LONGEST, SAMPLE, form
from entrypoints.files.sheet import FileRefused
from entrypoints.wiring import Service
from ledger.acts.act import Act
from ledger.acts.given import Given
from ledger.acts.identifier import Reassignment
from ledger.canonical import NotCanonical, canonical
from ledger.errors import UnknownOrganization

SOURCE: Final = "contact-ledger/deactivations"
PORTION: Final = 2_000
"""Rows recorded at once."""
CAUSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("deactivated", "deactivation", "deact", "disconnected", "disconnect"), "deactivated"),
    **dict.fromkeys(("inactive", "permanent failure", "permanent_failure"), "deactivated"),
    **dict.fromkeys(("recycled", "reassigned", "new owner", "new_owner", "new subscriber"), "recycled"),
    **dict.fromkeys(("ported", "porting", "port", "port in", "port out", "ported out"), "ported"),
}
"""What carriers write in the column of the status, in lower case → the cause as `contact.reassign.v1` has it."""
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("number", "phone", "phone_number", "phone number", "msisdn", "mobile", "tn", "telephone"),
    "date": ("date", "effective_date", "effective date", "deactivation_date", "deactivation date", "timestamp"),
    "status": ("status", "cause", "event", "action", "reason", "type"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns, or their numbers from 1; None: told by the header. `all`: the cause of every row."""

    number: str | None = None
    date: str | None = None
    status: str | None = None
    all: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file as it was read: what is to be recorded, or `refused`, the reason why nothing can be."""

    line: int
    given: Given | None = None
    cause: str | None = None
    at: datetime | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What became (or would become) of a row: recorded, duplicate, conflict, unknown, refused, or in a dry run the
    cause.
    """

    line: int
    outcome: str
    detail: str


@dataclass(slots=True)
class Counts:
    """Rows by outcome, and those refused by reason."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, reported: Sequence[Reported]) -> None:
        self.rows += len(reported)
        self.outcomes.update(one.outcome for one in reported)
        self.refused.update(one.detail for one in reported if one.outcome == "refused")


def file_hash(source: BinaryIO) -> str:
    """SHA-256 of the file, which is left at its begin."""
    source.seek(0)
    digest = sha256()
    while part := source.read(SAMPLE):
        digest.update(part)
    source.seek(0)
    return digest.hexdigest()


def rows(source: BinaryIO, columns: Columns) -> Iterator[Row]:
    """The file's lines, blank ones left out. Raises FileRefused where the columns cannot be told."""
    shape = form(source.read(SAMPLE))
    source.seek(0)
    csv.field_size_limit(LONGEST)
    text = io.TextIOWrapper(source, shape.encoding, shape.errors, newline="")
    lines = csv.reader(text, delimiter=shape.separator)
    try:
        first = next(lines, None)
        if first is not None:
            headed, places = _places(first, columns)
            for cells in lines if headed else chain([first], lines):
                if any(cell.strip() for cell in cells):
                    yield _row(lines.line_num, cells, places, columns.all)
    except csv.Error:
        raise FileRefused(f"line {lines.line_num}: a cell too long; is a quote never closed?") from None
    finally:
        text.detach()


def take(
    ledger: Service, organization: str, source: BinaryIO, columns: Columns, *, known_only: bool, dry_run: bool
) -> Iterator[list[Reported]]:
    """Records the file (or, dry, looks what that would come to), a portion of rows at a time.

    `known_only`: numbers the ledger never heard of are left out; else they are recorded too, so that whoever signs
    them up later meets the opt-out. Raises FileRefused, UnknownOrganization.
    """
    settings = ledger.ids.organization(organization)
    if not ledger.reading.read([settings])[settings]:
        raise UnknownOrganization("no such organization")
    digest = file_hash(source)
    reading = rows(source, columns)
    while portion := list(islice(reading, PORTION)):
        yield _taken(ledger, organization, digest, portion, known_only=known_only, dry_run=dry_run)


def _taken(
    ledger: Service, organization: str, digest: str, portion: Sequence[Row], *, known_only: bool, dry_run: bool
) -> list[Reported]:
    reported = {row.line: Reported(row.line, "refused", row.refused) for row in portion if row.refused}
    wanted = [row for row in portion if not row.refused]
    if known_only:
        known = _known(ledger, organization, wanted)
        reported |= {row.line: Reported(row.line, "unknown", "") for row in wanted if row.line not in known}
        wanted = [row for row in wanted if row.line in known]
    if dry_run:
        reported |= {row.line: Reported(row.line, row.cause or "", "") for row in wanted}
    else:
        now = ledger.now()
        outcomes = ledger.recording.record([_act(organization, digest, row, now) for row in wanted])
        for row, outcome in zip(wanted, outcomes, strict=True):
            detail = outcome.reason or "" if outcome.result == "refused" else row.cause or ""
            reported[row.line] = Reported(row.line, outcome.result, detail)
    return [reported[row.line] for row in portion]


def _known(ledger: Service, organization: str, wanted: Sequence[Row]) -> set[int]:
    """Lines whose number has any event."""
    keys = {
        row.line: ledger.ids.identifier(organization, row.given.kind, row.given.value)
        for row in wanted
        if row.given is not None
    }
    streams = ledger.reading.read(set(keys.values()))
    return {line for line, key in keys.items() if streams[key]}


def _act(organization: str, digest: str, row: Row, now: datetime) -> Act:
    assert row.given is not None
    assert row.cause is not None
    message_id = f"{digest}/{row.line}"
    body = Reassignment(row.given, row.cause, {"file": digest, "row": row.line})
    return Act(
        organization,
        SOURCE,
        message_id,
        "Reassignment",
        now,
        orjson.dumps(message_id),
        body,
        occurred_at=row.at or now,
        origin=f"import:{message_id}",
    )


def _places(first: Sequence[str], columns: Columns) -> tuple[bool, dict[str, int]]:
    """Whether the first line names the columns, and where each is."""
    names = [cell.strip().lower() for cell in first]
    asked = {"number": columns.number, "date": columns.date}
    if columns.all is None:
        asked["status"] = columns.status
    headed = not any(_reads_as_number(cell) for cell in first)
    places: dict[str, int] = {}
    for column, name in asked.items():
        found = _place(names, column, name, headed=headed)
        if found is not None:
            places[column] = found
    if "number" not in places and len(names) == 1:
        places["number"] = 0
    if "number" not in places:
        raise FileRefused("no column is named like one of numbers: say which with --number-column")
    if "status" not in places and columns.all is None:
        raise FileRefused("no column says what became of the numbers: name it with --status-column, or give --all")
    return headed, places


def _place(names: Sequence[str], column: str, asked: str | None, *, headed: bool) -> int | None:
    if asked is None:
        told = [place for place, name in enumerate(names) if name in _NAMES[column]] if headed else []
        return told[0] if len(told) == 1 else None
    if asked.strip().lower() in names:
        return names.index(asked.strip().lower())
    if asked.isdecimal() and 1 <= int(asked) <= len(names):
        return int(asked) - 1
    raise FileRefused(f"no column has the name given with --{column}-column")


def _reads_as_number(cell: str) -> bool:
    return sum(character.isdecimal() for character in cell) >= 7 and not any(c.isalpha() for c in cell)


def _row(line: int, cells: Sequence[str], places: Mapping[str, int], every: str | None) -> Row:
    texts = {column: cells[place].strip() if place < len(cells) else "" for column, place in places.items()}
    cause = CAUSES.get(texts.get("status", "").lower()) if "status" in places else every
    if cause is None:
        return Row(line, refused="unknown_status")
    try:
        number = canonical("phone", _with_plus(texts["number"]))
        at = _moment(texts.get("date", ""))
    except NotCanonical as error:
        return Row(line, refused=error.reason)
    except ValueError:
        return Row(line, refused="date_unreadable")
    return Row(line, Given("phone", number.value, number.raw, number.valid), cause, at)


def _with_plus(text: str) -> str:
    """Carriers leave out the plus; ten digits are a number of North America, where such files come from."""
    digits = "".join(character for character in text if character.isdecimal())
    if text.startswith("+"):
        return text
    return f"+1{digits}" if len(digits) == 10 else f"+{digits}"


def _moment(text: str) -> datetime | None:
    """A day ends before its news counts, so that what was granted on it ends with it; None: none is given."""
    if not text:
        return None
    if (text.isdecimal() and len(text) == 8) or len(text) == 10:
        return datetime.combine(datetime.fromisoformat(text).date(), time.max, UTC)
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
