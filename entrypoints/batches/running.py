"""Brings bulk actions on: freezes lists, looks at them, acts on approved ones, empties expired ones; each again
where it broke off.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import psycopg
import structlog

from entrypoints.batches.freezing import freeze
from entrypoints.batches.seeing import opened, words
from entrypoints.wiring import Service
from ledger.acts.settings import BatchApproval
from ledger.batching import Batching, Wanted
from ledger.errors import LedgerError
from ledger.store import batches
from ledger.store.batches import Batch, Member

_FIRST: Final = UUID(int=0)
PORTION = 500
"""People looked at, or acted on, at once."""
_IDLE: Final = 5.0
"""Seconds after which it is looked whether another process has left something to do."""


def forward(ledger: Service, batch: Batch, stop: threading.Event | None = None) -> None:
    """Does what there is to do on a batch without anybody: freezes its list, looks, acts, empties it in the end.

    One process at a time; ends early once told to `stop`, and goes on where it was when called again.
    """
    ledger = ledger.within(batch.organization)
    with ledger.writing.connection() as connection, batches.held(connection, batch.id) as mine:
        if not mine:
            return
        now, state = ledger.now(), batch.state(ledger.now())
        stopped = stop.is_set if stop is not None else (lambda: False)
        if state == "expired":
            batches.give_up(connection, batch.id, now)
        elif state == "looking" and not batch.digest and not freeze(ledger, connection, batch, stopped):
            return
        elif state == "looking" and _look(ledger, batch, stopped):
            batches.looked(connection, batch.id, ledger.now())
        elif state == "running" and _run(ledger, batch, stopped):
            batches.finish(connection, batch.id, ledger.now())


def unfinished(ledger: Service) -> list[Batch]:
    """Those of all organizations that `forward` could bring on."""
    with ledger.writing.connection() as connection:
        return batches.unfinished(connection, ledger.now())


def _look(ledger: Service, batch: Batch, stopped: Callable[[], bool]) -> bool:
    """Looks at everybody on the list; False where it was told to stop before the end."""

    def looked(people: Sequence[UUID]) -> Sequence[Member]:
        return batching(ledger).look(batch.organization, _wanted(batch), people)

    return _through(ledger, batch, batches.unseen, looked, None, stopped)


def _run(ledger: Service, batch: Batch, stopped: Callable[[], bool]) -> bool:
    """Acts on those who would change, after the approval is recorded; False where it was told to stop."""
    approval = _approval(ledger, batch)
    batching(ledger).approve(batch.organization, approval)

    def acted(people: Sequence[UUID]) -> Sequence[Member]:
        return batching(ledger).act(
            batch.organization, batch.id, _wanted(batch), people, actor=batch.asked_by, reason=approval.reason
        )

    return _through(ledger, batch, batches.to_do, acted, "change", stopped)


def _through(
    ledger: Service,
    batch: Batch,
    following: Callable[..., list[UUID]],
    done: Callable[[Sequence[UUID]], Sequence[Member]],
    was: str | None,
    stopped: Callable[[], bool],
) -> bool:
    after = _FIRST
    while not stopped():
        with ledger.writing.connection() as connection:
            people = following(connection, batch.id, after=after, limit=PORTION)
        if not people:
            return True
        became = done(people)
        with ledger.writing.connection() as connection:
            batches.move(connection, batch.id, became, was=was)
        after = people[-1]
    return False


def batching(ledger: Service) -> Batching:
    """Looks at the log as the writer sees it, and records."""
    return Batching(ledger.writing, ledger.recording, ledger.ids, ledger.now)


def _wanted(batch: Batch) -> Wanted:
    return Wanted(batch.action, batch.channel, batch.scope)


def _approval(ledger: Service, batch: Batch) -> BatchApproval:
    said = words(ledger, batch)
    assert batch.approved_by is not None
    assert batch.approval is not None
    return BatchApproval(
        batch.id,
        batch.action,
        batch.channel,
        batch.scope,
        batch.digest,
        batch.people,
        batch.changes or 0,
        batch.asked_by,
        batch.asked_at,
        batch.approved_by,
        "; ".join(said["which"]),
        said["reason"],
        opened(ledger, batch, batch.approval),
    )


class BatchRunner:
    """Brings bulk actions on, on a thread of its own; several processes may each have one."""

    def __init__(self, ledger: Service) -> None:
        self._ledger = ledger
        self._woken = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batches", daemon=True)

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Runs meanwhile; ends between two portions."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._woken.set()
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                for batch in unfinished(self._ledger):
                    self._bring_on(batch)
            except (LedgerError, psycopg.Error) as error:
                structlog.get_logger().warning("bulk actions not looked for", reason=type(error).__name__)
            self._woken.wait(_IDLE)
            self._woken.clear()

    def _bring_on(self, batch: Batch) -> None:
        """One that fails keeps no other from going on; it is tried again."""
        try:
            if not self._stop.is_set():
                forward(self._ledger, batch, self._stop)
        except (LedgerError, psycopg.Error) as error:
            structlog.get_logger().error("bulk action broke off", batch=str(batch.id), exc_info=error)
