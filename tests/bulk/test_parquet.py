"""Parquet in, the same with two columns more out."""

import io

import pyarrow as arrow
import pytest
from pyarrow import parquet

from entrypoints.files.parquet_sheet import ParquetSheet
from entrypoints.files.sheet import FileRefused
from tests.bulk.test_csv import judged


def through(table: arrow.Table, column: str | None = None, size: int = 3) -> arrow.Table:
    source, target = io.BytesIO(), io.BytesIO()
    parquet.write_table(table, source)
    source.seek(0)
    sheet = ParquetSheet(source, target, "email", column)
    for rows, values in sheet.portions(size):
        sheet.write(rows, [judged(value) for value in values])
    sheet.close()
    return parquet.read_table(io.BytesIO(target.getvalue()))


@pytest.mark.parametrize(
    "text", [arrow.string(), arrow.large_string(), arrow.dictionary(arrow.int32(), arrow.string())]
)
def test_rows_types_and_metadata_are_kept(text: arrow.DataType) -> None:
    emails = ["ann@example.com", None, "bob@example.com", "x"]
    table = arrow.table(
        {"n": arrow.array(range(4), arrow.int16()), "email": arrow.array(emails).cast(text)}
    ).replace_schema_metadata({"made by": "test"})
    out = through(table)
    assert out.column_names == ["n", "email", "sendable", "reasons"]
    assert out.column("email").to_pylist() == emails
    assert out.schema.field("n").type == arrow.int16()
    assert out.schema.metadata[b"made by"] == b"test"
    assert out.column("sendable").to_pylist() == [True, False, False, False]
    nothing = ["not_an_identifier"]
    assert out.column("reasons").to_pylist() == [[], nothing, ["banned", "unsubscribed"], nothing]


def test_an_empty_table_is_an_empty_table() -> None:
    out = through(arrow.table({"email": arrow.array([], arrow.string())}))
    assert (out.num_rows, out.column_names) == (0, ["email", "sendable", "reasons"])


def test_numbers_are_no_identifiers() -> None:
    with pytest.raises(FileRefused, match="not text"):
        through(arrow.table({"email": [4917012345]}))


def test_half_a_file_is_refused() -> None:
    source = io.BytesIO()
    parquet.write_table(arrow.table({"email": ["ann@example.com"] * 1000}), source)
    with pytest.raises(FileRefused, match="cut off"):
        ParquetSheet(io.BytesIO(source.getvalue()[:200]), io.BytesIO(), "email", None)
