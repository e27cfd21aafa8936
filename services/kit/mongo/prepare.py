"""What must be done before the database is used, in the background: a service starts while it is down."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from services.kit.background import Background
from services.kit.backoff import backoff
from services.kit.mongo.client import DatabaseDownError
from services.kit.mongo.reading import UnreadableDocumentError

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.5
LONGEST_WAIT = 5.0
NOT_ALLOWED = frozenset({13, 18})
"""The server's Unauthorized and AuthenticationFailed."""

Step = Callable[[], Awaitable[None]]


class NotPreparedError(DatabaseDownError):
    """The database cannot be used yet: its indexes do not exist. Whoever consumes events waits and tries again."""


class Preparation(Background):
    """Runs each of its `steps` until it succeeds, whatever it fails with; `ready` once all have."""

    def __init__(self, first_wait: float = FIRST_WAIT) -> None:
        self.steps: list[Step] = []
        self._first_wait = first_wait
        self._done = False
        self._trouble = ""

    async def ready(self) -> bool:
        return self._done

    async def check(self) -> bool | str:
        """Whether all is done; if not, at which step it is and why."""
        return self._done or self._trouble or "not begun"

    async def require(self) -> None:
        """Let nobody read or write before the indexes exist: unique ones hold only from then on, and not every server
        that speaks MongoDB's protocol bears requests while it creates them.

        Raises:
            NotPreparedError: some are missing.
        """
        if not self._done:
            raise NotPreparedError

    async def _run(self) -> None:
        for step in self.steps:
            await self._until_it_succeeds(step)
        self._done = True

    async def _until_it_succeeds(self, step: Step) -> None:
        waits = backoff(self._first_wait, 2.0, LONGEST_WAIT)
        self._trouble = f"{_name(step)}: under way"
        while True:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 # told in the log and by readiness, and tried again
                self._tell(_name(step), error)
                await asyncio.sleep(next(waits))
            else:
                return

    def _tell(self, step: str, error: Exception) -> None:
        """A new reason at once; the same again is not told in the log."""
        trouble = f"{step}: {_reason(error)}"
        if trouble != self._trouble:
            log.error("the service is not ready yet", step=step, reason=_reason(error), remedy=_remedy(error))
        self._trouble = trouble


def _name(step: Step) -> str:
    """Without what the step is bound to: that may show how the database is reached."""
    function = step.func if isinstance(step, partial) else step
    return getattr(function, "__qualname__", type(function).__name__)


def _reason(error: Exception) -> str:
    code = f" {error.code}" if isinstance(error, OperationFailure) and error.code else ""
    return f"{type(error).__name__}{code}"


def _remedy(error: Exception) -> str:
    """What an operator does. The text of an error stays out: it may quote documents or addresses."""
    match error:
        case DatabaseDownError():
            return "see that the database of SECURITY_INFO_MONGODB_URL answers; the service goes on by itself"
        case DuplicateKeyError():
            return "documents of this service break a unique index: restore the backup, or delete the wrong ones"
        case OperationFailure() if error.code in NOT_ALLOWED:
            return "give the user of SECURITY_INFO_MONGODB_URL the role readWrite on this service's database"
        case UnreadableDocumentError():
            return "a newer version kept what this one does not know: run that version"
        case PyMongoError():
            return "look the code up among the errors of the database server, and into its log"
        case _:
            return "a mistake of this version, or data of a newer one: go back to the version before, and report it"
