"""Ridding the topic that is kept for ever of what earlier versions wrote there and erasure must reach (ADR 0026)."""
