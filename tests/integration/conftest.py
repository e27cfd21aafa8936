"""Fixtures of the real servers."""

from tests.support.kafka import kafka_url, own_kafka, settings

__all__ = ["kafka_url", "own_kafka", "settings"]
