"""One session has ten wrong tries."""

from datetime import timedelta

from services.verifier.domain.base import Refusal
from services.verifier.domain.session import SessionTries, admit, refusal, take_back
from tests.support.builders.challenges import TENANT, USER
from tests.support.clock import NOON


def after(count: int) -> SessionTries:
    session = SessionTries(tenant=TENANT, user=USER, touched_at=NOON)
    for number in range(count):
        session = admit(session, f"t{number}", at=NOON).state
    return session


def test_the_tenth_try_is_taken_and_the_eleventh_refused() -> None:
    session = after(11)
    assert refusal(session, "t9") is None
    assert refusal(session, "t10") == Refusal("attemptsExhausted")
    assert session.left == 0


def test_the_same_try_counts_once() -> None:
    assert admit(after(3), "t1", at=NOON).state == after(3)


def test_what_was_right_or_not_compared_is_taken_back_once() -> None:
    assert take_back(after(3), "t2").state == after(2)
    assert take_back(after(2), "t2").state == after(2)


def test_a_session_was_touched_when_a_try_was_counted_last() -> None:
    later = NOON + timedelta(seconds=1)
    assert admit(after(1), "t1", at=later).state.touched_at == later
    assert admit(after(1), "t0", at=later).state.touched_at == NOON
