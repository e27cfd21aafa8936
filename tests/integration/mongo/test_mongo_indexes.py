"""Indexes on a real database: those of an earlier version are built anew, and what cannot be built is told."""

from functools import partial
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError

from services.kit.mongo.client import Database
from services.kit.mongo.indexes import ensure_index
from services.kit.mongo.prepare import Preparation
from tests.support.waiting import until


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"expireAfterSeconds": 60}, {"expireAfterSeconds": 90}),
        ({}, {"expireAfterSeconds": 90}),
        ({}, {"unique": True}),
        ({"sparse": True}, {}),
        ({}, {"name": "called", "unique": True}),
        ({"name": "called"}, {}),
    ],
)
async def test_an_index_with_other_options_is_built_anew(
    database: Database, before: dict[str, Any], after: dict[str, Any]
) -> None:
    things = database.collection("things")
    await things.insert_one({"_id": "a", "at": 1})
    await things.create_index("at", **before)
    await things.create_index("other")
    for _ in range(2):
        await ensure_index(things, "at", **after)
    found = await things.index_information()
    assert "other_1" in found
    built = [about for about in found.values() if about["key"] == [("at", 1)]]
    options = {name: value for name, value in after.items() if name != "name"}
    assert any(options.items() <= about.items() for about in built if about.get("sparse") is None)


async def test_one_of_the_same_name_over_other_fields_is_built_anew(database: Database) -> None:
    things = database.collection("things")
    await things.create_index("before", name="tickets")
    await ensure_index(things, [("at", 1), ("by", -1)], name="tickets")
    assert (await things.index_information())["tickets"]["key"] == [("at", 1), ("by", -1)]


async def test_a_unique_index_over_documents_that_are_not_unique_is_told_until_it_can_be_built(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    things = database.collection("things")
    await things.insert_many([{"_id": name, "secret": "hunter2"} for name in "ab"])
    preparation = Preparation(first_wait=0.01)
    preparation.steps.append(partial(ensure_index, things, "secret", unique=True))
    preparation.start()
    await until(lambda: _says(preparation, "ensure_index: DuplicateKeyError 11000"))
    with pytest.raises(DuplicateKeyError):
        await ensure_index(things, "secret", unique=True)
    assert not await preparation.ready()
    assert "hunter2" not in caplog.text
    await things.delete_one({"_id": "b"})
    await until(preparation.ready)
    assert await preparation.check() is True
    await preparation.stop()


async def _says(preparation: Preparation, words: str) -> bool:
    return await preparation.check() == words
