"""A database in memory whose writes fail as real ones do: not done, done but unanswered, or the process dies."""

from typing import Any, Literal, cast

from pymongo.errors import AutoReconnect

from services.kit.mongo.client import Collection, Document
from tests.support.in_memory.memory import MemoryCollection, MemoryDatabase, Result

How = Literal["dies before", "dies after", "not answered"]


class ProcessDied(BaseException):  # no error of the program: nothing may catch it
    """What `kill -9` looks like from within."""


class Crashes:
    """At which of the next writes which failure comes; nothing fails while it is disarmed."""

    def __init__(self) -> None:
        self._writes: int | None = None
        self._how: How = "dies before"

    def arm(self, writes: int, how: How) -> None:
        self._writes, self._how = writes, how

    def disarm(self) -> None:
        self._writes = None

    def begins(self) -> bool:
        """A write begins; whether its failure comes once it is done."""
        if self._writes is None:
            return False
        self._writes -= 1
        if self._writes > 0:
            return False
        self.disarm()
        if self._how == "dies before":
            raise ProcessDied
        return True

    def ends(self) -> None:
        if self._how == "not answered":
            raise AutoReconnect("the answer was lost")
        raise ProcessDied


class CrashingCollection(MemoryCollection):
    """Its writes of documents fail as `crashes` says."""

    crashes: Crashes

    async def insert_one(self, document: Document) -> None:
        fails = self.crashes.begins()
        await super().insert_one(document)
        if fails:
            self.crashes.ends()

    async def update_one(self, criteria: Any, update: Any, *, upsert: bool = False) -> Result:
        fails = self.crashes.begins()
        result = await super().update_one(criteria, update, upsert=upsert)
        if fails:
            self.crashes.ends()
        return result


class CrashingDatabase(MemoryDatabase):
    """What a process that died leaves behind."""

    def __init__(self, crashes: Crashes) -> None:
        super().__init__()
        self._crashes = crashes

    def collection(self, name: str) -> Collection:
        if name not in self._collections:
            made = CrashingCollection(name)
            made.crashes = self._crashes
            self._collections[name] = made
        return cast("Collection", self._collections[name])

    @property
    def collections(self) -> dict[str, MemoryCollection]:
        return self._collections
