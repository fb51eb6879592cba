"""Every metric of the consumer and the publisher, in one list."""

from prometheus_client import Counter, Gauge, Histogram

# The consumer.
MESSAGES = Counter(
    "ledger_messages_total",
    "Messages taken, by what became of them: recorded, duplicate, unchanged, conflict, rejected",
    ["topic", "result"],
)
REJECTIONS = Counter("ledger_rejections_total", "Messages rejected, by reason", ["reason"])
REJECTED_IN_A_ROW = Gauge("ledger_rejected_in_a_row", "Messages rejected since the last one that was taken")
DEGRADED = Gauge(
    "ledger_consumer_degraded", "1 while so many messages in a row are rejected that somebody must look"
)
LAG = Gauge("ledger_partition_lag", "Messages of the partition still to be taken", ["topic", "partition"])
RECORDING = Histogram(
    "ledger_recording_seconds",
    "Seconds from one poll to its commit",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
POSITION_MOVED = Counter("ledger_position_moved_total", "Polls given up because another consumer was faster")
UNAVAILABLE = Counter("ledger_unavailable_total", "Times PostgreSQL or Kafka had to be waited for", ["server"])

# The publisher.
PUBLISHED = Counter("ledger_published_total", "Messages published", ["topic"])
PUBLISHED_TO = Gauge("ledger_published_to", "Log position or change number published so far", ["topic"])
FENCED = Counter("ledger_publisher_fenced_total", "Times another publisher took over")
