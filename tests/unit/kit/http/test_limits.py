"""The edge takes so much and no more, and says when to come back."""

import pytest

from services.kit.config import EdgeLimits
from services.kit.errors import ProblemError
from services.kit.http.limits import Edge


async def test_over_the_limit_the_caller_is_told_when_to_come_back() -> None:
    edge = Edge(EdgeLimits(session="2/minute"))
    await edge.admit("session", "s1")
    await edge.admit("session", "s1")
    with pytest.raises(ProblemError) as refused:
        await edge.admit("session", "s1")
    assert refused.value.code == "rateLimited"
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 61


async def test_subjects_are_counted_apart() -> None:
    edge = Edge(EdgeLimits(session="1/minute", request="1/hour"))
    await edge.admit("session", "s1")
    await edge.admit("session", "s2")
    await edge.admit("request", "s1")
