"""An answer that is given again for an idempotency key."""

from datetime import timedelta

from services.enrollment.idempotency.domain import StoredResponse
from tests.unit.enrollment.builders import NOW

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def test_a_request_without_an_answer_is_given_up_after_twice_the_longest_wait_for_a_verdict() -> None:
    waiting = StoredResponse(fingerprint="f", started_at=NOW)
    assert not waiting.is_given_up(NOW + 20 * SECOND)
    assert waiting.is_given_up(NOW + 21 * SECOND)


def test_an_answer_is_never_given_up() -> None:
    assert not StoredResponse(fingerprint="f", sealed="k1.sealed", started_at=NOW).is_given_up(NOW + 2 * MINUTE)
