"""Opening a client of Kafka's. Where that fails nothing of it stays."""

from contextlib import suppress
from typing import Any, TypeVar

from consumers.broker.errors import translated
from consumers.cluster import Address, connection

Client = TypeVar("Client")


def opened(kind: type[Client], cluster: Address, **settings: Any) -> Client:
    """The client of this kind, connected. Raises BrokerUnavailable.

    kafka-python leaves the thread and the sockets of a client that cannot be opened: a process that tries again and
    again while Kafka is away would run out of both.
    """
    client = kind.__new__(kind)
    try:
        with translated():
            client.__init__(**connection(cluster), **settings)  # type: ignore[misc]
    except BaseException:
        with suppress(AttributeError):
            client._net.close()  # type: ignore[attr-defined]
        raise
    return client
