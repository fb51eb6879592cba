"""What goes wrong with Kafka, in the ledger's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import FencedInstanceIdError, InvalidProducerEpochError, KafkaError, ProducerFencedError

from ledger.errors import LedgerError


class BrokerUnavailable(LedgerError):
    """Kafka does not answer, or broke off. Try again."""


class Fenced(LedgerError):
    """Another producer of the same fence, or consumer of the same instance name, has taken over from this one."""


@contextmanager
def translated(*apart: type[KafkaError]) -> Iterator[None]:
    """kafka's errors as ours, those `apart` as they are."""
    try:
        yield
    except apart:
        raise
    except (ProducerFencedError, InvalidProducerEpochError, FencedInstanceIdError) as error:
        raise Fenced("another process of the same name has taken over") from error
    except KafkaError as error:
        raise BrokerUnavailable(f"Kafka does not answer as it should: {type(error).__name__}") from error
