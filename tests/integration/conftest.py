"""Fixtures of the real servers."""

from tests.support.kafka import kafka_url, own_kafka, settings
from tests.support.mongo import database, mongodb_url, own_mongodb

__all__ = ["database", "kafka_url", "mongodb_url", "own_kafka", "own_mongodb", "settings"]
