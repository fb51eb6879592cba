"""Kafka (DESIGN §7). Nothing outside this package imports its client library."""

from consumers.broker.errors import BrokerUnavailable, Fenced
from consumers.broker.producing import Outgoing, Producer
from consumers.broker.reading import Broker, Poll
from consumers.broker.topics import cluster_id, make_topics, missing_topics, spans

__all__ = [
    "Broker",
    "BrokerUnavailable",
    "Fenced",
    "Outgoing",
    "Poll",
    "Producer",
    "cluster_id",
    "make_topics",
    "missing_topics",
    "spans",
]
