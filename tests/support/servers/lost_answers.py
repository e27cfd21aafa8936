"""A collection whose writes reach the database while their answers get lost, when a test says so."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from pymongo.errors import AutoReconnect

from services.kit.mongo.client import Collection, Document


class LosingAnswers:
    """As the real one; `lose` makes the next write raise after it was done, `hold` makes it answer late."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self.lose = 0
        self.hold: asyncio.Event | None = None
        self.written = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    @property
    def as_collection(self) -> Collection:
        return cast("Collection", self)

    async def insert_one(self, document: Document) -> Any:
        return await self._answer(await self._collection.insert_one(document))

    async def update_one(self, criteria: Mapping[str, Any], update: Mapping[str, Any]) -> Any:
        return await self._answer(await self._collection.update_one(criteria, update))

    async def _answer(self, result: object) -> object:
        self.written.set()
        if held := self.hold:
            self.hold = None
            await held.wait()
        if self.lose:
            self.lose -= 1
            raise AutoReconnect("the answer got lost")
        return result
