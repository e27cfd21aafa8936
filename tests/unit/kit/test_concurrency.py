"""Two things at once, of which one may fail."""

import asyncio

import pytest

from services.kit.concurrency import both


async def test_both_run_at_once_and_give_what_they_give() -> None:
    met = asyncio.Barrier(2)

    async def given(what: str) -> str:
        await met.wait()
        return what

    async with asyncio.timeout(5):
        assert await both(given("one"), given("other")) == ("one", "other")


@pytest.mark.parametrize("fails_first", [True, False])
async def test_a_failure_is_raised_once_the_other_is_over(fails_first: bool) -> None:
    over = False

    async def fail() -> None:
        raise LookupError

    async def last() -> None:
        nonlocal over
        await asyncio.sleep(0.01)
        over = True

    with pytest.raises(LookupError):
        await (both(fail(), last()) if fails_first else both(last(), fail()))
    assert over
