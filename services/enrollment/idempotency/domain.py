"""An answer that is given once for an idempotency key, and again when it is asked for again."""

from datetime import datetime, timedelta

from services.kit.state import State

GIVEN_UP_AFTER = timedelta(seconds=60)
"""A request that has no answer after this long died; its key may be used again."""


class StoredResponse(State):
    """`fingerprint` is the keyed hash of the request, `sealed` the answer; None while the first request is at work."""

    fingerprint: str
    status: int = 200
    sealed: str | None = None
    started_at: datetime

    def is_given_up(self, now: datetime) -> bool:
        return self.sealed is None and now - self.started_at > GIVEN_UP_AFTER
