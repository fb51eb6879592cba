"""CSV as people bring it: every row comes out again, in its place, in its encoding, with two columns more."""

import csv
import io
from collections.abc import Callable

import pytest

from entrypoints.files.csv_sheet import LONGEST, CsvSheet, form
from entrypoints.files.sheet import Answer, FileRefused

Judge = Callable[[str], Answer]


def judged(value: str) -> Answer:
    """Ann may be written to; what has no @ is no identifier."""
    if "@" not in value:
        return ("not_an_identifier",)
    return () if value.strip().lower().startswith("ann") else ("banned", "unsubscribed")


def through(
    content: bytes, column: str | None = None, kind: str = "email", size: int = 2, judge: Judge = judged
) -> bytes:
    target = io.BytesIO()
    sheet = CsvSheet(io.BytesIO(content), target, kind, column)
    for rows, values in sheet.portions(size):
        sheet.write(rows, [judge(value) for value in values])
    sheet.close()
    return target.getvalue()


def test_the_rows_come_out_in_order_with_the_answers_beside_them() -> None:
    content = b"id,email\n1,ann@example.com\n2,bob@example.com\n3,nobody\n4,\n"
    assert through(content).decode().splitlines() == [
        "id,email,sendable,reasons",
        "1,ann@example.com,true,",
        "2,bob@example.com,false,banned unsubscribed",
        "3,nobody,false,not_an_identifier",
        "4,,false,not_an_identifier",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_separator_and_line_end_are_told_and_kept(encoding: str, line_end: str, separator: str) -> None:
    rows = [["name", "email"], ["Žofie, „Zoë”", "ann@example.com"], ["Bob", "bob@example.com"]] * 1
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, lineterminator=line_end).writerows(rows)
    out = through(written.getvalue().encode(encoding)).decode(encoding)
    assert out.count(line_end) == len(rows)
    read = list(csv.reader(io.StringIO(out, newline=""), delimiter=separator))
    assert [row[:2] for row in read] == rows
    assert [row[2:] for row in read] == [["sendable", "reasons"], ["true", ""], ["false", "banned unsubscribed"]]


def test_an_old_code_page_is_recognised() -> None:
    names = "name;email\n" + "".join(f"Jürgen Größe {n};ann{n}@example.com\n" for n in range(50))
    out = through(names.encode("cp1252"))
    assert "Jürgen Größe 7;ann7@example.com;true;" in out.decode("cp1252")


def test_bytes_that_are_no_text_come_out_as_they_were() -> None:
    padding = b"ok,ann@example.com\n" * 20_000  # beyond the part that is looked at
    out = through(b"name,email\n" + padding + b"\xff\xfe?,bob@example.com\n")
    assert out.endswith(b"\xff\xfe?,bob@example.com,false,banned unsubscribed\n")


def test_quotes_line_breaks_and_separators_in_cells_stay_there() -> None:
    content = b'note,email\r\n"a ""b"", c\r\nd",ann@example.com\r\n'
    assert through(content) == b'note,email,sendable,reasons\r\n"a ""b"", c\r\nd",ann@example.com,true,\r\n'


def test_text_is_not_taken_for_numbers() -> None:
    assert b"\n00123,1e5,ann@example.com,true,\n" in through(b"zip,code,email\n00123,1e5,ann@example.com\n")


def test_blank_lines_short_rows_and_long_rows_are_kept() -> None:
    content = b"\nid,email,city\n\n1,ann@example.com\n2,bob@example.com,Graz,extra\n\n3\n"
    assert through(content).decode().splitlines() == [
        "",
        "id,email,city,sendable,reasons",
        "",
        "1,ann@example.com,,true,",
        "2,bob@example.com,Graz,false,banned unsubscribed,extra",
        "",
        "3,,,false,not_an_identifier",
    ]


def test_a_plain_list_needs_no_header() -> None:
    assert through(b"ann@example.com\nbob@example.com") == (
        b"ann@example.com,true,\nbob@example.com,false,banned unsubscribed\n"
    )
    assert through(b"1,ann@example.com\n", column="2") == b"1,ann@example.com,true,\n"


def test_a_lone_first_line_that_names_nothing_is_not_taken_for_a_title() -> None:
    with pytest.raises(FileRefused, match="--column 1"):
        through(b"ann.example.com\nbob@example.com\n")
    assert through(b"who\nann@example.com\n", "1").endswith(b"ann@example.com,true,\n")


def test_an_empty_file_is_an_empty_file() -> None:
    assert through(b"") == b""
    assert through(b"email\n") == b"email,sendable,reasons\n"


def test_the_column_is_told_by_name_by_number_or_asked_for() -> None:
    twice = b"email,email,x\nann@example.com,bob@example.com,y\n"
    for column in (None, "email"):
        with pytest.raises(FileRefused, match="column"):
            through(twice, column)
    assert through(twice, "2").endswith(b"ann@example.com,bob@example.com,y,false,banned unsubscribed\n")
    assert through(b"a,b\nann@example.com,z\n", "A").endswith(b",true,\n")
    with pytest.raises(FileRefused, match="--column"):
        through(b"a,b\nann@example.com,z\n")
    with pytest.raises(FileRefused, match="no column has the name"):
        through(b"a,b\nann@example.com,z\n", "c")


def test_a_file_that_was_answered_before_is_refused() -> None:
    with pytest.raises(FileRefused, match="`sendable` already"):
        through(b"email,Sendable\nann@example.com,true\n")


def test_a_quote_that_is_never_closed_is_refused_and_a_large_cell_is_not() -> None:
    large = b"x" * (LONGEST // 2)
    assert large in through(b"note,email\n" + large + b",ann@example.com\n")
    with pytest.raises(FileRefused, match="a quote never closed"):
        through(b'note,email\n"' + b"ann@example.com\n" * (LONGEST // 8))


def test_no_more_rows_are_kept_than_asked_for_and_fewer_where_they_are_long() -> None:
    sheet = CsvSheet(io.BytesIO(b"email\n" + b"ann@example.com\n" * 10), io.BytesIO(), "email", None)
    assert [len(rows) for rows, _ in sheet.portions(4)] == [4, 4, 2]
    long = b"note,email\n" + (b"x" * 900_000 + b",ann@example.com\n") * 12
    sheet = CsvSheet(io.BytesIO(long), io.BytesIO(), "email", None)
    assert max(len(rows) for rows, _ in sheet.portions(1_000)) == 5


def test_the_separator_is_not_told_from_what_stands_in_quotes() -> None:
    assert form(b'"a,b,c,d";email\n').separator == ";"
