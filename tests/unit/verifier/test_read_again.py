"""The life of a method, read from its beginning once more: offsets may be lost, and the topic is kept for ever."""

from datetime import timedelta

from schemas.enrollment import MethodRemoved
from services.verifier.handlers.lifecycle import retire_credential
from services.verifier.store import KEEP_REMOVED
from tests.support.builders.challenges import enveloped
from tests.support.in_memory.judging import Court
from tests.unit.verifier.handlers.walks import registered, walks


async def test_what_was_removed_long_ago_and_came_back_is_not_deleted_before_that_is_read_too() -> None:
    """The database deletes by the time of the removal, and looks every minute."""
    walk, court = walks()["totp"], Court()
    verified = await registered(walk, court)
    court.clock.advance(2 * KEEP_REMOVED)
    removed = MethodRemoved(
        method_id=verified.method_id,
        method_type=verified.method_type,
        reason="person",
        removed_at=court.clock.now() - KEEP_REMOVED - timedelta(days=1),
    )
    await retire_credential(removed, enveloped(removed, "session"), store=court.store, clock=court.clock)
    kept = await court.credential()
    assert kept
    assert kept.removed_at == court.clock.now()
