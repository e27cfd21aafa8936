"""Documents in memory behave like those on a real database."""

import pytest

from tests.support.documents import CollectionBehaviour, DocumentsBehaviour
from tests.support.memory import MemoryDatabase, UnsupportedError


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


class TestDocuments(DocumentsBehaviour):
    """In memory."""


class TestCollection(CollectionBehaviour):
    """In memory."""

    async def test_what_it_cannot_do_it_says(self, database: MemoryDatabase) -> None:
        people = database.collection("people")
        await people.insert_one({"_id": "a"})
        with pytest.raises(UnsupportedError):
            await people.find_one({"_id": {"$near": 1}})
