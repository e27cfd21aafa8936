"""Documents on a real database: what the memory of unit tests does as well."""

from tests.support.in_memory.documents import CollectionBehaviour, DocumentsBehaviour


class TestDocuments(DocumentsBehaviour):
    """On the real one."""


class TestCollection(CollectionBehaviour):
    """On the real one."""
