"""An answer that is given once for an idempotency key, and again when it is asked for again."""

from datetime import datetime, timedelta

from services.kit.state import State

GIVEN_UP_AFTER = timedelta(seconds=20)
"""A request that has no answer after this long died: it waits 10 s at most for a verdict. Its key may be used again,
and what it makes has the same ids."""
MOMENT = timedelta(milliseconds=1)


class StoredResponse(State):
    """`fingerprint` is the keyed hash of the request, `sealed` the answer; None while a request is at work, or after
    one whose outcome nobody knows. `given_up_at` is when a repeated one may go on with it."""

    fingerprint: str
    status: int = 200
    sealed: str | None = None
    started_at: datetime
    given_up_at: datetime | None = None

    def is_given_up(self, now: datetime) -> bool:
        """Whether the request before died, or ended without an answer."""
        return self.sealed is None and now > (self.given_up_at or self.started_at + GIVEN_UP_AFTER)

    def given_up(self, now: datetime) -> "StoredResponse":
        """Whoever repeats it goes on at once."""
        return self.model_copy(update={"given_up_at": now - MOMENT})

    def taken_up(self, now: datetime) -> "StoredResponse":
        """A repeated request is at work on what the one before may have done."""
        return self.model_copy(update={"given_up_at": now + GIVEN_UP_AFTER})
