"""The ledger's positions held against what Kafka's topics hold (DESIGN §7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from ledger.errors import MessagesLost
from ledger.store.store import PartitionKey, Store


@dataclass(frozen=True, slots=True)
class Span:
    """What a partition holds: `start` is its first offset, `end` that of the next message that may be read."""

    key: PartitionKey
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a partition is taken. `position` None: nothing of it was read yet. `lost`: see `meet`."""

    span: Span
    position: int | None

    @property
    def lag(self) -> int:
        """Messages (and gaps) between the position and the end."""
        return max(0, self.span.end - (self.span.start if self.position is None else self.position))

    @property
    def lost(self) -> bool:
        """Whether the topic no longer meets the position, so that a person must decide."""
        return self.position is not None and not self.span.start <= self.position <= self.span.end


def standings(stored: Mapping[PartitionKey, int], spans: Sequence[Span]) -> list[Standing]:
    """Each partition as it is now, in order of topic and partition."""
    ordered = sorted(spans, key=lambda span: (span.key.topic, span.key.partition))
    return [Standing(span, stored.get(span.key)) for span in ordered]


def meet(stored: Mapping[PartitionKey, int], span: Span) -> Standing:
    """Where to read the partition from. Raises MessagesLost where its offsets do not meet the stored position.

    A topic made anew has another id, so no position: it is read from its start, and that is said loudly.
    """
    standing = Standing(span, stored.get(span.key))
    key = span.key
    if standing.lost:
        raise MessagesLost(
            f"{key.topic}/{key.partition}: the ledger stands at {standing.position}, but the topic holds"
            f" {span.start} to {span.end}. Messages were lost; see `contact-ledger positions accept`."
        )
    log = structlog.get_logger().bind(topic=key.topic, topic_id=key.topic_id, partition=key.partition)
    if standing.position is not None:
        log.info("partition assigned", position=standing.position)
    elif any((one.topic, one.partition) == (key.topic, key.partition) for one in stored):
        log.warning("topic was made anew: it is read from its start", position=span.start)
    else:
        log.info("partition assigned that was never read", position=span.start)
    return standing


def accept(store: Store, standing: Standing) -> int:
    """Goes on where the topic still has something, after a person decided that what was lost is lost.

    Returns the new position: the topic's start where it begins above the old one, else its end.
    """
    span = standing.span
    position = span.start if standing.position is None or standing.position < span.start else span.end
    store.accept_position(span.key, position)
    return position
