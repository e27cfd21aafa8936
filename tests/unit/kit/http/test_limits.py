"""The edge takes so much and no more, and says when to come back."""

from datetime import timedelta

import pytest

from services.kit.config.clients import RateLimits
from services.kit.counting import Allowance
from services.kit.errors import ProblemError
from services.kit.http.limits import RateLimiter


async def test_over_the_limit_the_caller_is_told_when_to_come_back() -> None:
    limiter = RateLimiter(RateLimits(session="2/minute"))
    await limiter.admit("session", "s1")
    await limiter.admit("session", "s1")
    with pytest.raises(ProblemError) as refused:
        await limiter.admit("session", "s1")
    assert refused.value.code == "rateLimited"
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 61


async def test_subjects_are_counted_apart() -> None:
    limiter = RateLimiter(RateLimits(session="1/minute", address="1/hour"))
    await limiter.admit("session", "s1")
    await limiter.admit("session", "s2")
    await limiter.admit("address", "s1")


def test_what_holds_over_all_replicas_is_counted_elsewhere() -> None:
    assert RateLimiter(RateLimits(request="7/hour")).requests == Allowance(7, timedelta(hours=1))
