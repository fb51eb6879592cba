"""What goes wrong with Kafka, in the ledger's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import InvalidProducerEpochError, KafkaError, ProducerFencedError

from ledger.errors import LedgerError


class BrokerUnavailable(LedgerError):
    """Kafka does not answer, or broke off. Try again."""


class Fenced(LedgerError):
    """Another producer with the same fence has taken over: this one may write nothing more."""


@contextmanager
def translated(*apart: type[KafkaError]) -> Iterator[None]:
    """kafka's errors as ours, those `apart` as they are."""
    try:
        yield
    except apart:
        raise
    except (ProducerFencedError, InvalidProducerEpochError) as error:
        raise Fenced("another publisher has taken over") from error
    except KafkaError as error:
        raise BrokerUnavailable(f"Kafka does not answer as it should: {type(error).__name__}") from error
