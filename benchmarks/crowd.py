"""A crowd of any size for benchmarks of questions: people who signed up, recorded and projected."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from benchmarks.figures import say
from benchmarks.stand import START, Stand, record
from consumers.intake import Message
from entrypoints.demo.keeping import Kept
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.wiring import Service, projecting
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from projections.watermarks import Watermark, move, watermark

ORGANIZATION = ORGANIZATIONS[0].code
SCOPE = ORGANIZATIONS[0].lists[0]
_BATCH = 5_000


def fill_with(
    ledger: Service,
    people: int,
    messages: Callable[[int], Iterable[Message]] | None = None,
    keep: Path | None = None,
) -> None:
    """Records so many people, each by its messages; without them each signs up. What is kept is gone on from."""
    of = messages or (lambda number: [signup(number)])
    kept = Kept.new() if keep is None else Kept.read(keep)
    for first in range(kept.people, people, _BATCH):
        kept.people = min(first + _BATCH, people)
        record(ledger, [one for number in range(first, kept.people) for one in of(number)])
        if keep is not None:
            kept.write(keep)
        if first % 100_000 == 0:
            say(f"  {first:,}")


def signup(number: int) -> Message:
    """One of them signs up for e-mail."""
    identifiers = [{"kind": "email", "value": email(number)}]
    if number % 2:
        identifiers.append({"kind": "phone", "value": phone(number)})
    data = {
        "identifiers": identifiers,
        "subscriptions": [{"channel": "email", "scope": SCOPE, "purposes": ["marketing"]}],
        "method": "form",
    }
    return message("contact.signup.v1", str(number), data)


def message(kind: str, name: str, data: Mapping[str, Any], at: str = START.isoformat()) -> Message:
    """A message of the organization as the consumer gets it."""
    event = {"specversion": "1.0", "id": name, "source": "bench", "type": kind, "time": at}
    return Message(orjson.dumps({**event, "data": {"organization": ORGANIZATION, **data}}), (), START)


def email(number: int) -> str:
    """The address of one of them."""
    return f"person.{number:07d}.{number * 2_654_435_761 % 1_000_003:06d}@example.com"


def phone(number: int) -> str:
    """The phone of one of them who has one."""
    return f"+1415{number:07d}"


def project(on: Stand, *names: str, workers: int = 0) -> None:
    """These tables, by rebuilding at the log's end: faster than following it. `workers`: in so many processes.

    What a kept folder has is not made again: its `projected` has a file each, to be removed where it should be.
    """
    with projecting(on.settings) as source:
        newest = source.log.newest()
        for name in names:
            done = None if on.keep is None else on.keep / "projected" / name
            if done is not None and done.exists():
                continue
            projection = PROJECTIONS[name]
            with source.connect() as connection:
                before = watermark(connection, name)
                move(connection, name, before, Watermark(newest.position, newest.recorded_at))
            beside = partial(projecting, on.settings) if workers else None
            rebuild(source, projection, open_source=beside, workers=workers)
            with source.connect() as connection:
                for table in projection.tables:
                    connection.execute(f"ANALYZE {table.name}".encode())
            say(f"  {name} to {newest.position:,}")
            if done is not None:
                done.parent.mkdir(exist_ok=True)
                done.touch()
