"""`make bench-rebuild`: `channel_status` made anew from a million events, against a bare scan plus COPY.

The reference reads the same rows of the log through a cursor and copies as many rows of the same table's shape:
what any rebuild has to do, with no thought given.
"""

import sys
import time
from functools import partial

import psycopg
from psycopg.sql import SQL

from benchmarks.figures import conclude, say
from benchmarks.stand import START, Stand, fill, stand
from entrypoints.demo.day import day
from entrypoints.wiring import Service, opened, projecting
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from projections.watermarks import Watermark, move, watermark

EVENTS = 1_000_000
_PART = 50_000
"""Messages recorded between two looks at how many events there are."""
_SCAN = """
SELECT originator_id, originator_version, notification_id, topic, state, organization, event_id, act_id, digest,
       recorded_at
FROM stored_events ORDER BY originator_id, originator_version
"""
CHANNEL_STATUS = PROJECTIONS["channel_status"]


def main(events: int = EVENTS) -> None:
    """Prints the figures, and the JSON line last."""
    with stand(kafka=False) as on:
        with opened(on.settings) as ledger:
            say(f"recording {events:,} events")
            recorded = _record(ledger, events)
        seconds = _rebuilt(on)
        say(f"rebuild: {recorded / seconds:,.0f} events/s ({recorded:,} events in {seconds:,.1f} s)")
        bare, rows = _scanned_and_copied(on)
        say(f"bare scan plus COPY of {rows:,} rows: {recorded / bare:,.0f} events/s ({bare:,.1f} s)")
    conclude({"events_per_s": recorded / seconds, "vs_scan_copy": bare / seconds})


def _record(ledger: Service, events: int) -> int:
    part = 0
    while (recorded := ledger.reading.newest().position) < events:
        fill(ledger, day(part + 1, _PART, START, known=part * _PART // 3))
        part += 1
    return recorded


def _rebuilt(on: Stand) -> float:
    """Seconds of a rebuild up to the log's end, by two processes."""
    with projecting(on.settings) as source:
        newest = source.log.newest()
        with source.connect() as connection:
            before = watermark(connection, CHANNEL_STATUS.name)
            move(connection, CHANNEL_STATUS.name, before, Watermark(newest.position, newest.recorded_at))
        begun = time.perf_counter()
        rebuild(source, CHANNEL_STATUS, open_source=partial(projecting, on.settings), workers=2)
        return time.perf_counter() - begun


def _scanned_and_copied(on: Stand) -> tuple[float, int]:
    """Seconds for reading the log's rows and copying the table's, and how many rows it has."""
    with psycopg.connect(on.database_url) as connection:
        rows = connection.execute("SELECT * FROM channel_status").fetchall()
        connection.execute("CREATE TEMP TABLE copied (LIKE channel_status)")
        types = [
            row[0]
            for row in connection.execute(
                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = 'channel_status'::regclass AND attnum > 0 AND NOT attisdropped"
                " ORDER BY attnum"
            )
        ]
        begun = time.perf_counter()
        with connection.cursor("scan") as scanning:
            scanning.itersize = 10_000
            scanning.execute(_SCAN, binary=True)
            for _ in scanning:
                pass
        with connection.cursor() as cursor, cursor.copy(SQL("COPY copied FROM STDIN (FORMAT binary)")) as copy:
            copy.set_types([_SHORT.get(kind, kind) for kind in types])
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - begun, len(rows)


_SHORT = {"timestamp with time zone": "timestamptz", "integer": "int4", "bigint": "int8", "boolean": "bool"}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
