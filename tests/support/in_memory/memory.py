"""Documents in memory: a second implementation of what the services use of a database, for tests of handlers.

`Store.open(MemoryDatabase(), …)` works as with the real one. Documents pass through BSON, so that what could not be
stored fails here too. The behaviour of both is held together by `tests/support/in_memory/documents.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import bson
from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.kit.mongo.client import Collection, Database, Document
from tests.support.in_memory.queries import OPTIONS, as_asked, matches, rank, value_at

DUPLICATE_KEY = 11000


@dataclass(frozen=True)
class Result:
    """What a write says of itself."""

    matched_count: int = 0
    modified_count: int = 0
    deleted_count: int = 0


@dataclass
class UniqueIndex:
    """Among the documents that match `only`, no two have the same values under `names`."""

    names: tuple[str, ...]
    only: Mapping[str, Any]
    holders: dict[str, str] = field(default_factory=dict)
    """Ids of documents by what they hold."""

    def require_free(self, document: Document) -> None:
        """Raises DuplicateKeyError."""
        if self.holders.get(self._key(document), document["_id"]) != document["_id"]:
            raise DuplicateKeyError(", ".join(self.names))

    def take(self, document: Document) -> None:
        if matches(document, self.only):
            self.holders[self._key(document)] = document["_id"]

    def release(self, document: Document) -> None:
        if self.holders.get(self._key(document)) == document["_id"]:
            del self.holders[self._key(document)]

    def _key(self, document: Document) -> str:
        return repr([value_at(document, name) for name in self.names])


@dataclass
class MemoryCollection:
    """The calls of a collection that the services make."""

    name: str
    documents: dict[str, Document] = field(default_factory=dict)
    unique: list[UniqueIndex] = field(default_factory=list)

    async def create_index(
        self,
        keys: str | Sequence[tuple[str, int]],
        *,
        name: str = "",
        unique: bool = False,
        sparse: bool = False,
        expireAfterSeconds: int | None = None,  # noqa: N803 (the driver's name; nothing expires here)
        partialFilterExpression: Mapping[str, Any] | None = None,  # noqa: N803
    ) -> None:
        """Only unique indexes change what can be seen."""
        names = (keys,) if isinstance(keys, str) else tuple(name for name, _ in keys)
        only = partialFilterExpression or ({name: {"$exists": True} for name in names} if sparse else {})
        if unique and not any(index.names == names for index in self.unique):
            made = UniqueIndex(names, only)
            for document in filter(lambda one: matches(one, only), self.documents.values()):
                made.require_free(document)
                made.take(document)
            self.unique.append(made)

    async def find_one(self, criteria: Mapping[str, Any], projection: object = None) -> Document | None:
        """The first that matches; whoever else wants to is let in between, as over a network."""
        await asyncio.sleep(0)
        return next((_copy(found) for found in self._matching(criteria)), None)

    async def find(
        self,
        criteria: Mapping[str, Any],
        projection: object = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        limit: int = 0,
    ) -> AsyncIterator[Document]:
        """All that match; each is given whole, whatever the projection says."""
        found = list(self._matching(criteria))
        for name, direction in reversed(sort or ()):
            found.sort(key=lambda document: rank(value_at(document, name)), reverse=direction < 0)
        for document in found[:limit] if limit else found:
            yield _copy(document)

    async def count_documents(self, criteria: Mapping[str, Any]) -> int:
        return sum(1 for _ in self._matching(criteria))

    async def insert_one(self, document: Document) -> None:
        """Raises DuplicateKeyError."""
        if document["_id"] in self.documents:
            raise DuplicateKeyError("_id")
        self._put(_copy(document))

    async def update_one(
        self, criteria: Mapping[str, Any], update: Mapping[str, Any], *, upsert: bool = False
    ) -> Result:
        """Change the first that matches; with `upsert`, where none does, make one with the id that it asks for. Raises
        DuplicateKeyError where there is one that does not match otherwise."""
        await asyncio.sleep(0)
        found = next(iter(self._matching(criteria)), None)
        if found is None and upsert:
            await self.insert_one(_updated({"_id": criteria["_id"]}, update))
        if found is None:
            return Result()
        changed = _updated(found, {operator: update[operator] for operator in update if operator != "$setOnInsert"})
        self._put(_copy(changed))
        return Result(matched_count=1, modified_count=int(changed != found))

    async def find_one_and_update(
        self,
        criteria: Mapping[str, Any],
        update: Mapping[str, Any],
        projection: object = None,
        *,
        return_document: bool,
    ) -> Document | None:
        """The first that matches, changed, as it is after that."""
        await asyncio.sleep(0)
        found = next(iter(self._matching(criteria)), None)
        if found is None or return_document is not ReturnDocument.AFTER:
            return None
        self._put(changed := _updated(found, update))
        return _copy(changed)

    async def bulk_write(self, updates: Sequence[UpdateOne], *, ordered: bool) -> Result:
        """One after the other; raises BulkWriteError with those whose id was taken."""
        taken, matched = [], 0
        for index, update in enumerate(updates):
            try:
                changes = cast("Mapping[str, Any]", update._doc)
                result = await self.update_one(update._filter, changes, upsert=bool(update._upsert))
                matched += result.matched_count
            except DuplicateKeyError:
                taken.append({"index": index, "code": DUPLICATE_KEY})
        if taken:
            raise BulkWriteError({"writeErrors": taken})
        return Result(matched_count=matched)

    async def delete_one(self, criteria: Mapping[str, Any]) -> Result:
        return self._delete(list(self._matching(criteria))[:1])

    async def delete_many(self, criteria: Mapping[str, Any]) -> Result:
        return self._delete(list(self._matching(criteria)))

    def _delete(self, found: Sequence[Document]) -> Result:
        for document in found:
            for index in self.unique:
                index.release(document)
            del self.documents[document["_id"]]
        return Result(deleted_count=len(found))

    def _matching(self, criteria: Mapping[str, Any]) -> Iterable[Document]:
        asked = as_asked(criteria)
        return (document for document in self._candidates(asked.get("_id")) if matches(document, asked))

    def _candidates(self, document_id: object) -> Iterable[Document]:
        if isinstance(document_id, Mapping) and "$in" in document_id:
            return [self.documents[one] for one in document_id["$in"] if one in self.documents]
        if not isinstance(document_id, str):
            return self.documents.values()
        return (self.documents[document_id],) if document_id in self.documents else ()

    def _put(self, document: Document) -> None:
        for index in self.unique:
            if matches(document, index.only):
                index.require_free(document)
        before = self.documents.get(document["_id"])
        for index in self.unique:
            if before is not None:
                index.release(before)
            index.take(document)
        self.documents[document["_id"]] = document


class MemoryDatabase(Database):
    """The collections of one service, gone with the object."""

    def __init__(self) -> None:
        self._collections: dict[str, MemoryCollection] = {}

    def collection(self, name: str) -> Collection:
        """Made when it is first named."""
        return cast("Collection", self._collections.setdefault(name, MemoryCollection(name)))

    def documents(self, name: str) -> dict[str, Document]:
        """What a collection holds, by `_id`."""
        return self._collections.setdefault(name, MemoryCollection(name)).documents

    async def ready(self) -> bool:
        return True

    async def drop(self) -> None:
        self._collections.clear()

    async def close(self) -> None:
        """There is nothing to close."""


def _holder(document: Document, path: str) -> tuple[Document, str]:
    *parents, last = path.split(".")
    for name in parents:
        document = document.setdefault(name, {})
    return document, last


def _set(document: Document, path: str, value: object) -> None:
    holder, name = _holder(document, path)
    holder[name] = value


def _unset(document: Document, path: str, _: object) -> None:
    holder, name = _holder(document, path)
    holder.pop(name, None)


def _increase(document: Document, path: str, by: int) -> None:
    holder, name = _holder(document, path)
    holder[name] = holder.get(name, 0) + by


def _push(document: Document, path: str, more: Mapping[str, Any]) -> None:
    holder, name = _holder(document, path)
    pushed = [*holder.get(name, ()), *more["$each"]]
    holder[name] = pushed[more["$slice"] :] if "$slice" in more else pushed


def _pull(document: Document, path: str, criteria: Mapping[str, Any]) -> None:
    holder, name = _holder(document, path)
    if name in holder:
        asked = as_asked(criteria)
        holder[name] = [entry for entry in holder[name] if not matches(entry, asked)]


UPDATES: Mapping[str, Callable[[Document, str, Any], None]] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$unset": _unset,
    "$inc": _increase,
    "$push": _push,
    "$pull": _pull,
}


def _updated(document: Document, update: Mapping[str, Any]) -> Document:
    changed = _copy(document)
    for operator, changes in update.items():
        for name, value in changes.items():
            UPDATES[operator](changed, name, value)
    return changed


def _copy(document: Document) -> Document:
    return bson.decode(bson.encode(document), OPTIONS)
