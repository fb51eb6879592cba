"""A list of rows written as CSV or Parquet, every column text but times."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO, Protocol

Cell = str | datetime | None
Lines = Sequence[Sequence[Cell]]


class ListFile(Protocol):
    """A list being written."""

    def write(self, lines: Lines) -> None: ...

    def close(self) -> None: ...


def list_file(target: BinaryIO, columns: Sequence[str], times: Sequence[str], *, parquet: bool) -> ListFile:
    """A list with these columns, of which `times` are moments; ready for its first lines."""
    return _ParquetList(target, columns, times) if parquet else _CsvList(target, columns)


class _CsvList:
    def __init__(self, target: BinaryIO, columns: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(target, "utf-8", newline="")
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(columns)

    def write(self, lines: Lines) -> None:
        self._writer.writerows([_plain(cell) for cell in line] for line in lines)

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


def _plain(cell: Cell) -> str | None:
    return cell.isoformat() if isinstance(cell, datetime) else cell


class _ParquetList:
    def __init__(self, target: BinaryIO, columns: Sequence[str], times: Sequence[str]) -> None:
        import pyarrow as arrow
        from pyarrow import parquet

        moment = arrow.timestamp("us", "UTC")
        self._arrow: Any = arrow
        self._schema = arrow.schema([(name, moment if name in times else arrow.string()) for name in columns])
        self._writer = parquet.ParquetWriter(target, self._schema, compression="zstd")
        self._waiting: list[Sequence[Cell]] = []

    def write(self, lines: Lines) -> None:
        self._waiting += lines
        if len(self._waiting) >= 64_000:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        arrays = [
            self._arrow.array([line[place] for line in self._waiting], field.type)
            for place, field in enumerate(self._schema)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []
