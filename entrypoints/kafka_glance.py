"""What Kafka's partitions hold, looked at seldom enough that pages may ask at every request."""

import gc
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from consumers.broker import BrokerUnavailable, spans
from consumers.positions import Span
from entrypoints.settings import Settings
from ledger.errors import SettingsRefused

_FRESH: Final = 4.0
"""Seconds for which what was seen is shown again."""
_SPARED: Final = 20.0
"""Seconds for which a cluster that did not answer is left alone, so that pages do not wait for it."""
_PATIENCE_MS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Glance:
    """The partitions of the inbound topics; `trouble` where Kafka did not answer."""

    spans: Sequence[Span] = ()
    trouble: str | None = None


class KafkaGlance:
    """One look at a time; who comes meanwhile sees the one before."""

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._looking = threading.Lock()
        self._until = 0.0
        self._seen: Glance | None = None

    def now(self) -> Glance:
        """What Kafka holds, some seconds old at most."""
        if self._seen is not None and (self._monotonic() < self._until or self._looking.locked()):
            return self._seen
        with self._looking:
            if self._seen is None or self._monotonic() >= self._until:
                self._seen = self._look()
                self._until = self._monotonic() + (_FRESH if self._seen.trouble is None else _SPARED)
            return self._seen

    def _look(self) -> Glance:
        try:
            return Glance(spans(self._settings.brokers, self._settings.topics, patience_ms=_PATIENCE_MS))
        except (BrokerUnavailable, SettingsRefused) as error:
            trouble = str(error)
        gc.collect()  # refused sockets hang in cycles with the error
        return Glance(trouble=trouble)
