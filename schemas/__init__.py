"""The contract between the services: event types, their topics, and how they travel on Kafka.

Imports pydantic and nothing else of this project, so that a platform can depend on it alone.
"""
