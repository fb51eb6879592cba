"""The consuming loop: poll → intake → record with the position → tell Kafka (DESIGN §8, steps 1 to 5)."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog

from consumers import metrics
from consumers.broker import Broker, BrokerUnavailable, Poll
from consumers.intake import take
from ledger.acts import Act, Rejection
from ledger.errors import LedgerError, LogUnavailable, PositionMoved
from ledger.recording import Outcome, Recording
from ledger.store.store import Advance

ALARM_AFTER = 1_000
"""Messages rejected in a row that raise the alarm."""
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0


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
        broker: Broker,
        recording: Recording,
        *,
        announce: Callable[[Sequence[Refused]], None] | None = None,
        alarm_after: int = ALARM_AFTER,
    ) -> None:
        self._broker = broker
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
        wait = _FIRST_WAIT
        while not stop.is_set():
            try:
                self.take_polls(stop)
                wait = _FIRST_WAIT
            except (LogUnavailable, BrokerUnavailable) as error:
                self._wait(stop, wait, error)
                wait = min(wait * 2, _LONGEST_WAIT)

    def take_polls(self, stop: threading.Event, timeout: float = 1.0) -> int:
        """One poll of every partition that has something; returns how many messages were taken."""
        taken = self._take(self._broker.poll(timeout), stop)
        self._broker.commit(poll.advance for poll in taken)
        for key, lag in self._broker.lags().items():
            metrics.LAG.labels(key.topic, key.partition).set(lag)
        return sum(len(poll.messages) for poll in taken)

    def _take(self, polls: list[Poll], stop: threading.Event) -> list[Poll]:
        """Records them in one transaction, however long PostgreSQL stays away, and returns those recorded.

        One transaction costs as much as some dozen messages, so partitions share it; where somebody else has moved
        one of the positions, each partition is recorded by itself.
        """
        wait = _FIRST_WAIT
        while polls:
            try:
                with metrics.RECORDING.time():
                    self._record(polls)
                break
            except PositionMoved:
                if len(polls) > 1:
                    return [one for poll in polls for one in self._take([poll], stop)]
                metrics.POSITION_MOVED.inc()
                self._log.warning("another consumer was faster", **_place(polls[0].advance))
                self._broker.again(polls[0].advance.key)
                return []
            except LogUnavailable as error:
                if self._wait(stop, wait, error):
                    for poll in polls:
                        self._broker.again(poll.advance.key)
                    return []
                wait = min(wait * 2, _LONGEST_WAIT)
        return polls

    def _record(self, polls: Sequence[Poll]) -> None:
        read = [[*poll.rejections, *map(take, poll.messages)] for poll in polls]
        results = [result for of_one in read for result in of_one]
        acts = [result for result in results if isinstance(result, Act)]
        rejections = [result for result in results if isinstance(result, Rejection)]
        became = iter(self._recorded(acts, rejections, [poll.advance for poll in polls]))
        for poll, of_one in zip(polls, read, strict=True):
            self._count(poll, [one if isinstance(one, Rejection) else next(became) for one in of_one])

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

    def _count(self, poll: Poll, results: Iterable[Outcome | Rejection]) -> None:
        refused = []
        was_degraded = self.degraded
        for result in results:
            outcome = "rejected"
            if isinstance(result, Outcome) and result.result != "refused":
                outcome = result.result
                self._rejected_in_a_row = 0
            else:
                refused.append(_refused(result))
                self._rejected_in_a_row += 1
                metrics.REJECTIONS.labels(refused[-1].reason).inc()
            metrics.MESSAGES.labels(poll.advance.key.topic, outcome).inc()
        metrics.REJECTED_IN_A_ROW.set(self._rejected_in_a_row)
        metrics.DEGRADED.set(self.degraded)
        if self.degraded and not was_degraded:
            self._log.error("nothing but rejections", in_a_row=self._rejected_in_a_row, **_place(poll.advance))
        if refused and self._announce is not None:
            self._announce(refused)

    def _wait(self, stop: threading.Event, seconds: float, error: LedgerError) -> bool:
        server = "kafka" if isinstance(error, BrokerUnavailable) else "postgresql"
        metrics.UNAVAILABLE.labels(server).inc()
        self._log.warning("waiting", server=server, seconds=seconds, reason=str(error))
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
