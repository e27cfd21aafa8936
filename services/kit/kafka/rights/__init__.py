"""Giving accounts their rights at Kafka (ADR 0028)."""
