"""Whoever is erased is sent nothing more, and of what asked for it nothing stays."""

import pytest

from schemas.enrollment import AccountErased, ChallengeCancelled
from schemas.envelope import Envelope
from services.enrollment.accounts.handlers.lifecycle import EventsWaitError, account_erased
from services.enrollment.challenges.domain.challenge import Challenge
from tests.support.builders.challenges import enveloped
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import outbox, sam_at
from tests.unit.enrollment.builders import texted


def waiting(**changes: object) -> Challenge:
    """A text that Sam was asked for, and that may not have left."""
    challenge = texted(**changes)
    return challenge.model_copy(update={"terms": challenge.terms.model_copy(update={"created_at": NOON})})


def erasure() -> tuple[AccountErased, Envelope]:
    event = AccountErased(erased_at=NOON)
    return event, enveloped(event, "session-1", user="sam")


async def test_what_an_erased_person_was_asked_is_withdrawn_before_it_is_deleted() -> None:
    async with outbox(FixedClock()) as kept:
        await kept.put(account=sam_at("prompt").account, challenge=waiting())
        event, cause = erasure()
        with pytest.raises(EventsWaitError):
            await account_erased(event, cause, store=kept.store)
        (told,) = await kept.published(ChallengeCancelled)
        assert told.challenge_id == "c-new"
        await account_erased(event, cause, store=kept.store)
        assert await kept.store.challenges.get("c-new") is None


async def test_what_is_asked_in_a_new_life_stays() -> None:
    later = waiting()
    terms = later.terms.model_copy(update={"created_at": NOON.replace(minute=1)})
    async with outbox(FixedClock()) as kept:
        await kept.put(account=sam_at("prompt").account, challenge=later.model_copy(update={"terms": terms}))
        await account_erased(*erasure(), store=kept.store)
        stored = await kept.store.challenges.get("c-new")
        assert stored
        assert stored.state.status == "pending"
