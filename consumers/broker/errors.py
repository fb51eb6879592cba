"""What goes wrong with Kafka, in the ledger's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import InvalidProducerEpochError, KafkaError, ProducerFencedError

from ledger.errors import LedgerError

_TAKEN_OVER = (ProducerFencedError, InvalidProducerEpochError)
"""Sought by name: where the client learns of it between two calls, the next one only tells of it."""


class BrokerUnavailable(LedgerError):
    """Kafka does not answer, or broke off. Try again."""


class Fenced(LedgerError):
    """Another producer of the same fence has taken over: this one may write nothing more."""


@contextmanager
def translated(*apart: type[KafkaError]) -> Iterator[None]:
    """kafka's errors as ours, those `apart` as they are."""
    try:
        yield
    except apart:
        raise
    except KafkaError as error:
        if any(kind.__name__ in repr(error) for kind in _TAKEN_OVER):
            raise Fenced("another publisher has taken over") from error
        raise BrokerUnavailable(f"Kafka does not answer as it should: {type(error).__name__}") from error
