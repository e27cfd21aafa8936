"""What the services ask of a collection, as one suite of behaviour."""

from datetime import timedelta

import pytest
from pymongo.errors import DuplicateKeyError

from services.kit.mongo.client import Collection, Database, Document
from tests.support.clock import NOON

LATER = NOON + timedelta(hours=1)
PEOPLE: tuple[Document, ...] = (
    {"_id": "north/ann", "state": {"name": "ann", "age": 30, "at": NOON, "tags": ["x"]}},
    {
        "_id": "north/ben",
        "state": {"name": "ben", "age": 40, "at": NOON + timedelta(hours=1), "gone": None, "tags": []},
    },
    {"_id": "south/cat", "state": {"name": "cat", "age": None, "at": None, "gone": NOON}},
)


class CollectionBehaviour:
    """What the services ask of a collection, on any `database`."""

    @pytest.fixture
    async def people(self, database: Database) -> Collection:
        people = database.collection("people")
        for person in PEOPLE:
            await people.insert_one(dict(person))
        return people

    @pytest.mark.parametrize(
        ("criteria", "names"),
        [
            ({}, "ann ben cat"),
            ({"state.name": "ann"}, "ann"),
            ({"state.name": "ann", "state.age": 31}, ""),
            ({"state.gone": None}, "ann ben"),
            ({"state.age": {"$gt": 30}}, "ben"),
            ({"state.age": {"$gte": 30, "$lt": 40}}, "ann"),
            ({"state.at": {"$lte": NOON}}, "ann"),
            ({"state.at": {"$gt": NOON}}, "ben"),
            ({"state.name": {"$lte": "b"}}, "ann"),
            ({"_id": {"$gt": "north/", "$lt": "north0"}}, "ann ben"),
            ({"_id": {"$regex": "^north/"}}, "ann ben"),
            ({"state.name": {"$in": ["ann", "cat", "dan"]}}, "ann cat"),
            ({"state.name": {"$nin": ["ann", "dan"]}}, "ben cat"),
            ({"state.gone": {"$exists": True}}, "ben cat"),
            ({"state.tags": {"$size": 0}}, "ben"),
            ({"state.tags.0": {"$exists": True}}, "ann"),
            ({"$or": [{"state.name": "ann"}, {"state.age": 40}]}, "ann ben"),
        ],
    )
    async def test_criteria(self, people: Collection, criteria: Document, names: str) -> None:
        found = [person["state"]["name"] async for person in people.find(criteria)]
        assert sorted(found) == names.split()
        assert await people.count_documents(criteria) == len(found)

    async def test_sorting_puts_nothing_first(self, people: Collection) -> None:
        rising = [person["state"]["name"] async for person in people.find({}, sort=[("state.age", 1)])]
        falling = [person["state"]["name"] async for person in people.find({}, sort=[("state.age", -1)], limit=2)]
        assert (rising, falling) == (["cat", "ann", "ben"], ["ben", "ann"])

    async def test_what_is_found_is_a_copy(self, people: Collection) -> None:
        found = await people.find_one({"_id": "north/ann"})
        assert found
        found["state"]["name"] = "eve"
        assert await people.find_one({"state.name": "eve"}) is None

    async def test_times_are_kept_to_the_millisecond_in_utc(self, people: Collection) -> None:
        await people.insert_one({"_id": "d", "at": NOON + timedelta(microseconds=1_999)})
        found = await people.find_one({"_id": "d"})
        assert found
        assert found["at"] == NOON + timedelta(milliseconds=1)

    async def test_deleting(self, people: Collection) -> None:
        assert (await people.delete_one({"state.gone": None})).deleted_count == 1
        assert (await people.delete_many({"_id": {"$regex": "^(north|south)/"}})).deleted_count == 2
        assert await people.count_documents({}) == 0

    async def test_a_unique_index_refuses_the_second(self, people: Collection) -> None:
        await people.create_index("state.name", unique=True)
        with pytest.raises(DuplicateKeyError):
            await people.insert_one({"_id": "other", "state": {"name": "ann"}})

    async def test_a_partial_index_leaves_out_what_does_not_match(self, people: Collection) -> None:
        only = {"state.ticket": {"$type": "string"}}
        await people.create_index("state.ticket", unique=True, partialFilterExpression=only)
        await people.insert_one({"_id": "e", "state": {"ticket": None}})
        await people.insert_one({"_id": "f", "state": {"ticket": None}})
        await people.insert_one({"_id": "g", "state": {"ticket": "t"}})
        with pytest.raises(DuplicateKeyError):
            await people.insert_one({"_id": "h", "state": {"ticket": "t"}})

    async def test_a_unique_value_is_free_again_once_it_was_changed_or_deleted(self, people: Collection) -> None:
        await people.create_index("state.name", unique=True)
        await people.update_one({"_id": "north/ann"}, {"$set": {"state.name": "eve"}})
        await people.delete_one({"_id": "north/ben"})
        for number, name in enumerate(("ann", "ben")):
            await people.insert_one({"_id": f"other/{number}", "state": {"name": name}})
        with pytest.raises(DuplicateKeyError):
            await people.update_one({"_id": "other/0"}, {"$set": {"state.name": "eve"}})
