"""Parquet: batches in, the same with two columns more out; types and metadata of the others are kept."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import pyarrow as arrow
from pyarrow import parquet

from entrypoints.files.sheet import ADDED, Answer, FileRefused, chosen

_ROW_GROUP: Final = 64_000


class ParquetSheet:
    """A Parquet file read from `source` and written to `target`. Raises FileRefused."""

    def __init__(self, source: BinaryIO, target: BinaryIO, kind: str, column: str | None) -> None:
        try:
            self._file = parquet.ParquetFile(source)
        except (arrow.ArrowInvalid, OSError):
            raise FileRefused("it begins like Parquet and is none: it may have been cut off") from None
        self._schema = self._file.schema_arrow
        self._place = chosen(self._schema.names, kind, column)
        if not _is_text(self._schema.types[self._place]):
            raise FileRefused("the column of identifiers is not text: write it as text, or leading signs are lost")
        out = self._schema
        for name, kept in zip(ADDED, (arrow.bool_(), arrow.list_(arrow.string())), strict=True):
            out = out.append(arrow.field(name, kept, nullable=False))
        self._out = out
        self._writer = parquet.ParquetWriter(target, out, compression="zstd")
        self._waiting: list[Any] = []

    def portions(self, size: int) -> Iterator[tuple[Any, list[str]]]:
        for batch in self._file.iter_batches(size):
            yield batch, [value or "" for value in batch.column(self._place).to_pylist()]

    def write(self, rows: Any, answers: Sequence[Answer]) -> None:
        added = [
            arrow.array([not reasons for reasons in answers], arrow.bool_()),
            arrow.array([list(reasons) for reasons in answers], arrow.list_(arrow.string())),
        ]
        self._waiting.append(arrow.RecordBatch.from_arrays([*rows.columns, *added], schema=self._out))
        if sum(batch.num_rows for batch in self._waiting) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(arrow.Table.from_batches(self._waiting, self._out))
            self._waiting = []


def _is_text(kind: Any) -> bool:
    if arrow.types.is_dictionary(kind):
        kind = kind.value_type
    return kind in (arrow.string(), arrow.large_string(), arrow.string_view())
