"""Goes through all documents of a service while it runs, and changes single fields of those that need it.

Only an operator's command does this. What it does not touch stays as it is, fields of a newer version and events that
wait included; who changes a document at the same time is not overwritten. It may be broken off at any moment: what is
done needs nothing any more, so that the next run goes on with the rest.
"""

from collections.abc import AsyncIterator, Callable, Mapping

from pymongo import UpdateOne

from services.kit.mongo.client import Collection, Document

AT_ONCE = 200
MOST_TRIES = 50

Decide = Callable[[Document], Mapping[str, str]]
"""New values by the path of their field; none where the document is as it should be."""


class BusyDocumentsError(Exception):
    """Documents changed each time before they could be written; nothing was lost, and a later run may succeed."""


async def each_batch(collection: Collection) -> AsyncIterator[list[Document]]:
    """All documents, in the order of their ids, some at a time; those that are made meanwhile may be missing."""
    last: Document = {}
    while batch := [document async for document in collection.find(last, sort=[("_id", 1)], limit=AT_ONCE)]:
        yield batch
        last = {"_id": {"$gt": batch[-1]["_id"]}}


async def rewrite(collection: Collection, batch: list[Document], decide: Decide) -> int:
    """Change the fields of these documents that `decide` names; how many values were written.

    Raises:
        BusyDocumentsError: somebody else was faster, again and again.
    """
    wanted, written = _wanted(batch, decide), 0
    for _ in range(MOST_TRIES):
        if not wanted:
            return written
        values = sum(len(changes) for _, changes in wanted)
        result = await collection.bulk_write([_update(*rewrite) for rewrite in wanted], ordered=False)
        if result.modified_count == len(wanted):
            return written + values
        again = {"_id": {"$in": [document["_id"] for document, _ in wanted]}}
        wanted = _wanted([document async for document in collection.find(again)], decide)
        written += values - sum(len(changes) for _, changes in wanted)
    raise BusyDocumentsError(collection.name)


def _wanted(batch: list[Document], decide: Decide) -> list[tuple[Document, Mapping[str, str]]]:
    return [(document, changes) for document in batch if (changes := decide(document))]


def _update(document: Document, changes: Mapping[str, str]) -> UpdateOne:
    unchanged = {"_id": document["_id"], "version": document["version"]}
    return UpdateOne(unchanged, {"$set": dict(changes), "$inc": {"version": 1}})
