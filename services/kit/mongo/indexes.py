"""Indexes: created as they are meant, whatever an earlier version made of them."""

from collections.abc import Sequence
from typing import Any

import structlog
from pymongo.errors import OperationFailure

from services.kit.mongo.client import Collection

log = structlog.get_logger(__name__)

CONFLICTS = frozenset({85, 86})
"""The server's IndexOptionsConflict and IndexKeySpecsConflict."""

Keys = str | Sequence[tuple[str, int]]


async def ensure_index(collection: Collection, keys: Keys, **options: Any) -> None:
    """Create an index of this service's own, unless it is there. One of the same name or of the same fields that was
    made with other options is dropped and built anew; until that is done, queries by it are slow.

    Raises:
        DuplicateKeyError: a unique index over documents that are not unique.
    """
    try:
        await collection.create_index(keys, **options)
    except OperationFailure as error:
        if error.code not in CONFLICTS:
            raise
        await _drop_conflicting(collection, keys, options.get("name"))
        await collection.create_index(keys, **options)


async def _drop_conflicting(collection: Collection, keys: Keys, name: str | None) -> None:
    fields = [(keys, 1)] if isinstance(keys, str) else [tuple(key) for key in keys]
    named = name or "_".join(f"{field}_{direction}" for field, direction in fields)
    for found, about in (await collection.index_information()).items():
        if found == named or [tuple(key) for key in about["key"]] == fields:
            log.warning("an index has other options and is built anew", collection=collection.name, index=found)
            await collection.drop_index(found)
