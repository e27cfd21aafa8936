"""From a stored document to its state: leniently, and so that one which cannot be read keeps nobody from the others.

A newer version may have added fields, to a state or to whatever is embedded in it; this one drops them. What it does
not understand even so (another value of an enumeration, a field that is gone) it leaves alone and reports.
"""

from typing import Generic, TypeVar

import structlog
from pydantic import BaseModel, ValidationError

from services.kit.mongo import metrics
from services.kit.mongo.client import Document
from services.kit.mongo.outbox import Pending, from_document

log = structlog.get_logger(__name__)

S = TypeVar("S", bound=BaseModel)

REMEMBERED = 1_000
"""Documents that were reported; when there are more, they are reported again."""


class UnreadableDocumentError(Exception):
    """A document says what this version does not understand; a newer one wrote it, most likely. Names its id alone."""


class Reader(Generic[S]):
    """Reads the states of one collection, and reports each document that it cannot read once."""

    def __init__(self, collection: str, state: type[S]) -> None:
        self._collection = collection
        self._state = state
        self._reported: set[tuple[str, int]] = set()

    def state(self, document: Document) -> S:
        """Its state, without the fields that are not known here.

        Raises:
            UnreadableDocumentError: it cannot be read.
        """
        try:
            return self._state.model_validate(document["state"], extra="ignore")
        except (ValidationError, KeyError) as error:
            self._report(document, error)
            raise UnreadableDocumentError(document["_id"]) from None

    def waiting(self, document: Document) -> tuple[Pending, ...] | None:
        """The events that wait in it; None where one of them is of a kind that is not known here."""
        try:
            return tuple(from_document(entry) for entry in document.get("outbox", ()))
        except (KeyError, ValueError) as error:
            self._report(document, error)
            return None

    def _report(self, document: Document, error: Exception) -> None:
        """The fields that are wrong, and never what is in them."""
        seen = (document["_id"], document.get("version", 0))
        if seen in self._reported:
            return
        if len(self._reported) >= REMEMBERED:
            self._reported.clear()
        self._reported.add(seen)
        metrics.UNREADABLE.labels(self._collection).inc()
        log.error(
            "a document cannot be read by this version; all others go on",
            collection=self._collection,
            document=document["_id"],
            fields=_places(error),
        )


def _places(error: Exception) -> list[str]:
    if not isinstance(error, ValidationError):
        return [type(error).__name__]
    return [f"{'.'.join(map(str, found['loc']))}: {found['type']}" for found in error.errors()[:3]]
