"""Documents on a real database: what the memory of unit tests does as well."""

from tests.support.in_memory.collections import CollectionBehaviour
from tests.support.in_memory.documents import DocumentsBehaviour
from tests.support.in_memory.known import KnownBehaviour


class TestDocuments(DocumentsBehaviour, KnownBehaviour):
    """On the real one."""


class TestCollection(CollectionBehaviour):
    """On the real one."""
