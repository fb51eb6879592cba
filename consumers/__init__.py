"""Kafka in and out: broker, intake, translators, the consuming loop, the publisher."""
