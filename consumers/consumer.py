"""The consuming loop: read (poll, intake) → record with the position → tell Kafka (DESIGN §8, steps 1 to 5).

While one poll is recorded the next is read ahead, on a thread that mostly waits for the process beside. A poll read
ahead in vain (another consumer was faster, the process ends) is dropped.
"""

import gc
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import structlog

from consumers import metrics
from consumers.broker import BrokerUnavailable
from consumers.reader import Read, Reads
from ledger.acts.act import Act, Rejection
from ledger.errors import LedgerError, LogUnavailable, PositionMoved
from ledger.recording import Outcome, Recording
from ledger.store.store import Advance, PartitionKey

ALARM_AFTER = 1_000
"""Messages rejected in a row that raise the alarm."""
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0
_POLL = 1.0
"""Seconds that Kafka is waited for where nothing comes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What the rejected topic says of a message: why and where, nothing of what is in it."""

    reason: str
    detail: str
    origin: str | None


class Consumer:
    """Takes messages until told to stop. `announce` publishes refusals, best effort, once they are committed."""

    def __init__(
        self,
        reader: Reads,
        recording: Recording,
        *,
        announce: Callable[[Sequence[Refused]], None] | None = None,
        alarm_after: int = ALARM_AFTER,
    ) -> None:
        self._reader = reader
        self._recording = recording
        self._announce = announce
        self._alarm_after = alarm_after
        self._rejected_in_a_row = 0
        self._log = structlog.get_logger()

    @property
    def degraded(self) -> bool:
        """Whether so many messages in a row were rejected that somebody must look; for readyz."""
        return self._rejected_in_a_row >= self._alarm_after

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set, between two batches. Raises MessagesLost where a person must decide."""
        pause, vain = _FIRST_WAIT, set[PartitionKey]()
        with ThreadPoolExecutor(1, "reading ahead") as ahead:
            coming = ahead.submit(self._reader.read, _POLL)
            while not stop.is_set():
                try:
                    read = [one for one in coming.result() if one.advance.key not in vain]
                except (LogUnavailable, BrokerUnavailable) as error:
                    self._wait(stop, pause, error)
                    pause = min(pause * 2, _LONGEST_WAIT)
                    coming, vain = ahead.submit(self._reader.read, _POLL), set()
                    continue
                pause = _FIRST_WAIT
                coming = ahead.submit(self._reader.read, _POLL)
                taken, left = self._take(read, stop)
                wait([coming])  # the reader is one thread's at a time
                self._tell(taken, left)
                vain = {one.advance.key for one in left}  # what is coming of them follows what is read anew
                del read, taken, left

    def take_polls(self, stop: threading.Event, timeout: float = _POLL) -> int:
        """One poll of every partition that has something; returns how many messages were taken."""
        taken, left = self._take(self._reader.read(timeout), stop)
        self._tell(taken, left)
        return sum(len(one.results) for one in taken)

    def _tell(self, taken: list[Read], left: list[Read]) -> None:
        """Tells the broker what was recorded, and what is to be read anew from where the ledger says."""
        lags = self._reader.tell([one.advance for one in taken], [one.advance.key for one in left])
        for key, lag in lags.items():
            metrics.LAG.labels(key.topic, key.partition).set(lag)

    def _take(self, read: list[Read], stop: threading.Event) -> tuple[list[Read], list[Read]]:
        """Records them in one transaction, however long PostgreSQL stays away; those recorded, and those not.

        One transaction costs as much as some dozen messages, so partitions share it; where somebody else has moved
        one of the positions, each partition is recorded by itself.
        """
        pause = _FIRST_WAIT
        while read:
            try:
                with metrics.RECORDING.time():
                    self._record(read)
                break
            except PositionMoved:
                if len(read) > 1:
                    parts = [self._take([one], stop) for one in read]
                    return [one for taken, _ in parts for one in taken], [one for _, left in parts for one in left]
                metrics.POSITION_MOVED.inc()
                self._log.warning("another consumer was faster", **_place(read[0].advance))
                return [], read
            except LogUnavailable as error:
                if self._wait(stop, pause, error):
                    return [], read
                pause = min(pause * 2, _LONGEST_WAIT)
        return read, []

    def _record(self, read: Sequence[Read]) -> None:
        results = [result for one in read for result in one.results]
        acts = [result for result in results if isinstance(result, Act)]
        rejections = [result for result in results if isinstance(result, Rejection)]
        became = iter(self._recorded(acts, rejections, [one.advance for one in read]))
        for one in read:
            self._count(
                one.advance, [found if isinstance(found, Rejection) else next(became) for found in one.results]
            )

    def _recorded(
        self, acts: Sequence[Act], rejections: Sequence[Rejection], advances: Sequence[Advance]
    ) -> list[Outcome]:
        """Records the batch; where that fails for no known reason, finds the act it fails for and rejects it."""
        try:
            return self._recording.record(acts, rejections=rejections, advances=advances)
        except LedgerError:
            raise
        except Exception as error:
            if not acts:
                raise
            self._log.error("batch cannot be recorded", error=type(error).__name__, acts=len(acts))
            if len(acts) == 1:
                poison = _poison(acts[0], error)
                self._recorded((), [*rejections, poison], advances)
                return [Outcome(acts[0], "refused", (), poison.reason, poison.detail)]
            middle = len(acts) // 2
            first = self._recorded(acts[:middle], (), ())
            return first + self._recorded(acts[middle:], rejections, advances)

    def _count(self, advance: Advance, results: Iterable[Outcome | Rejection]) -> None:
        refused = []
        outcomes: Counter[str] = Counter()
        was_degraded = self.degraded
        for result in results:
            if isinstance(result, Outcome) and result.result != "refused":
                outcomes[result.result] += 1
                self._rejected_in_a_row = 0
            else:
                refused.append(_refused(result))
                self._rejected_in_a_row += 1
                metrics.REJECTIONS.labels(refused[-1].reason).inc()
        outcomes["rejected"] += len(refused)
        for outcome, count in outcomes.items():
            metrics.MESSAGES.labels(advance.key.topic, outcome).inc(count)
        metrics.REJECTED_IN_A_ROW.set(self._rejected_in_a_row)
        metrics.DEGRADED.set(self.degraded)
        if self.degraded and not was_degraded:
            self._log.error("nothing but rejections", in_a_row=self._rejected_in_a_row, **_place(advance))
        if refused and self._announce is not None:
            self._announce(refused)

    def _wait(self, stop: threading.Event, seconds: float, error: LedgerError) -> bool:
        server = "kafka" if isinstance(error, BrokerUnavailable) else "postgresql"
        metrics.UNAVAILABLE.labels(server).inc()
        self._log.warning("waiting", server=server, seconds=seconds, reason=str(error))
        gc.collect()  # errors hang in cycles with the frames, and so the polls, they met
        return stop.wait(seconds)


def _refused(result: Outcome | Rejection) -> Refused:
    if isinstance(result, Rejection):
        return Refused(result.reason, result.detail, result.origin)
    return Refused(result.reason or "", result.detail or "", result.act.origin)


def _poison(act: Act, error: Exception) -> Rejection:
    return Rejection(
        reason="cannot_be_recorded",
        detail=f"message: the ledger itself failed on it ({type(error).__name__})",
        received_at=act.received_at,
        payload=act.payload,
        headers=act.headers,
        organization=act.organization,
        source=act.source,
        origin=act.origin,
    )


def _place(advance: Advance) -> dict[str, str | int]:
    return {"topic": advance.key.topic, "partition": advance.key.partition, "position": advance.after}
