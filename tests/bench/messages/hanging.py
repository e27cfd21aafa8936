"""Mail and push while every provider of texts hangs, beside the same without."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.cycles import paced
from tests.bench.figures import Figures
from tests.bench.messages.asking import Asking, mails
from tests.bench.running import Bench
from tests.faults.breaking.providers import Wrong, set_mode

SECONDS = 12.0
"""Of a part; there are two of each, in turns."""
TEXTS, MAILS, PUSHES = 2.0, 4.0, 2.0
"""A second."""
ARRIVED_WITHIN = 5.0
PROVIDERS = ("twilio-a", "twilio-b")
PARTS = ("without", "hanging", "without", "hanging")


async def beside_a_hanging_provider(bench: Bench, asking: Asking) -> dict[str, dict[str, Any]]:
    """Milliseconds from a request to its message, by channel, without and hanging.

    Raises:
        RuntimeError: a mail or a push did not come.
    """
    took: dict[str, dict[str, list[float]]] = {channel: {"without": [], "hanging": []} for channel in ("email", "push")}
    handset = bench.stack.url("handset")
    for part in PARTS:
        await _prepared(asking)
        with _texts(bench, asking, "hang" if part == "hanging" else "ok"):
            await _load(asking)
            await asyncio.sleep(ARRIVED_WITHIN)
        for channel, arrived in (("email", mails(handset)), ("push", dict(reversed(asking.push.arrived())))):
            took[channel][part] += asking.waited(arrived)
    for channel, rate in (("email", MAILS), ("push", PUSHES)):
        for part, found in took[channel].items():
            if len(found) < 2 * int(rate * SECONDS):
                raise RuntimeError(f"{channel} {part}: {len(found)} messages came of {2 * int(rate * SECONDS)}")
    return {
        channel: {part: Figures.of(found).rounded(1) for part, found in parts.items()}
        for channel, parts in took.items()
    }


async def _prepared(asking: Asking) -> None:
    asking.asked.clear()
    pushes = int(PUSHES * SECONDS)
    await asking.grow(pushes + int((TEXTS + MAILS) * SECONDS))
    await asking.with_phones(pushes)


async def _load(asking: Asking) -> None:
    texts, letters, apps = asking.connected[:2], asking.connected[2:5], asking.connected[5:8]
    await asyncio.gather(
        paced(texts, TEXTS, SECONDS, asking.text),
        paced(letters, MAILS, SECONDS, asking.mail),
        paced(apps, PUSHES, SECONDS, asking.activate),
    )


@contextmanager
def _texts(bench: Bench, asking: Asking, mode: str) -> Iterator[None]:
    def set_all(mode: str) -> None:
        for provider in PROVIDERS:
            set_mode(bench.stack, asking.push, Wrong(provider, mode))

    set_all(mode)
    try:
        yield
    finally:
        set_all("ok")
