"""CSV as it comes: any encoding, separator and line end, told from its beginning and kept in what is written."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final

from entrypoints.files.sheet import ADDED, Answer, FileRefused, chosen
from ledger.canonical import NotCanonical, canonical

SAMPLE: Final = 256 * 1024
"""Bytes from which encoding, separator and line end are told."""
LONGEST: Final = 1024 * 1024
"""Characters of a field: more means a quote that is never closed."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS: Final = ",;\t|"
_MOST: Final = 4 * LONGEST
"""Characters of the rows that are kept at once."""

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """How a CSV is written. `errors` is what becomes of bytes that are no text; UTF-8 keeps them as they are."""

    encoding: str
    separator: str
    line_end: str

    @property
    def errors(self) -> str:
        return "surrogateescape" if self.encoding.startswith("utf-8") else "replace"


def form(sample: bytes) -> Form:
    """How a file is written that begins like this."""
    encoding = _encoding(sample)
    text = sample.decode(encoding, "replace")
    first = next((line for line in text.splitlines() if line.strip()), "")
    outside_quotes = "".join(first.split('"')[::2])
    separator = max(_SEPARATORS, key=outside_quotes.count)
    line_end = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    return Form(encoding, separator, line_end)


def _encoding(sample: bytes) -> str:
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if 4 * sample.count(0) > len(sample):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        found = from_bytes(sample).best()
        return found.encoding if found is not None else "latin-1"
    return "utf-8"


class CsvSheet:
    """A CSV read from `source` (from where it stands) and written to `target`.

    The first line names the columns unless an identifier stands in it. Blank lines stay blank, short rows are
    filled up to the added columns, and cells beyond the last named column come after them.
    """

    def __init__(self, source: BinaryIO, target: BinaryIO, kind: str, column: str | None) -> None:
        begin = source.tell()
        self.form = shape = form(source.read(SAMPLE))
        source.seek(begin)
        csv.field_size_limit(LONGEST)
        text = io.TextIOWrapper(source, shape.encoding, shape.errors, newline="")
        self._reader = csv.reader(text, delimiter=shape.separator)
        self._target = io.TextIOWrapper(target, shape.encoding, shape.errors, newline="")
        self._writer = csv.writer(self._target, delimiter=shape.separator, lineterminator=shape.line_end)
        self._source = text
        self._kind = kind
        self._column = column
        self._width = 0

    def portions(self, size: int) -> Iterator[tuple[Rows, list[str]]]:
        rows = self._rows()
        first = next((row for row in self._blanks_kept(rows)), None)
        if first is None:
            return
        self._width = len(first)
        place = self._place_without_header(first)
        if place is None:
            place = chosen(first, self._kind, self._column)
            self._writer.writerow([*first, *ADDED])
        else:
            rows = chain([first], rows)
        while portion := _portion(rows, size):
            yield portion, [row[place] if place < len(row) else "" for row in portion if row]

    def write(self, rows: Rows, answers: Sequence[Answer]) -> None:
        width, next_answer = self._width, iter(answers)
        for row in rows:
            if row:
                reasons = next(next_answer)
                filled = row[:width] if len(row) >= width else row + [""] * (width - len(row))
                row = [*filled, "false" if reasons else "true", " ".join(reasons), *row[width:]]
            self._writer.writerow(row)

    def close(self) -> None:
        self._target.flush()
        self._target.detach()
        self._source.detach()

    def _rows(self) -> Iterator[list[str]]:
        try:
            yield from self._reader
        except csv.Error:
            raise FileRefused(
                f"line {self._reader.line_num}: a cell of more than {LONGEST} characters; is a quote never closed?"
            ) from None

    def _blanks_kept(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        """The rows, blank ones before the first written at once."""
        for row in rows:
            if row:
                yield row
            else:
                self._writer.writerow(row)

    def _place_without_header(self, first: list[str]) -> int | None:
        """Where the identifiers are in a file whose first line has one already; None: it names the columns."""
        if self._kind not in ("email", "phone"):
            return None  # any text may be such an identifier
        places = [place for place, cell in enumerate(first) if _reads(self._kind, cell)]
        if self._column is not None:
            asked = int(self._column) - 1 if self._column.isdecimal() else -1
            return asked if asked in places else None
        if len(places) > 1:
            raise FileRefused("several columns hold identifiers: say which by number with --column")
        return places[0] if places else None


def _reads(kind: str, text: str) -> bool:
    try:
        canonical(kind, text)
    except NotCanonical:
        return False
    return True


def _portion(rows: Iterator[list[str]], size: int) -> Rows:
    """The next rows: so many, or fewer where they are long."""
    portion: Rows = []
    length = 0
    for row in rows:
        portion.append(row)
        length += sum(map(len, row))
        if len(portion) == size or length > _MOST:
            break
    return portion
