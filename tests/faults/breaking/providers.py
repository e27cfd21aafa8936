"""Providers that misbehave for a while, one of a channel or several of different ones at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import httpx

from deploy.local.stack import LocalStack
from tests.faults.breaking.scene import Scene
from tests.faults.push import Mode, PushService

MISBEHAVES = 13.0
"""Seconds: longer than people take to come."""
PUSH = "push"
PROVIDERS = ("twilio-a", "twilio-b", "voice", "smtp")


@dataclass(frozen=True)
class Wrong:
    """A provider of the handset, or the push service, and what it does: the modes of the handset's own page."""

    provider: str
    mode: str
    delay_ms: int | None = None


def misbehave(*wrongs: Wrong, seconds: float = MISBEHAVES) -> Callable[[Scene], None]:
    def happen(scene: Scene) -> None:
        try:
            for wrong in wrongs:
                set_mode(scene.stack, scene.push, wrong)
            scene.within(seconds)
        finally:
            for wrong in wrongs:
                set_mode(scene.stack, scene.push, Wrong(wrong.provider, "ok"))

    return happen


def set_mode(stack: LocalStack, push: PushService, wrong: Wrong) -> None:
    """From now on it does so."""
    if wrong.provider == PUSH:
        push.mode = cast("Mode", wrong.mode)
        return
    delay = {} if wrong.delay_ms is None else {"delayMs": wrong.delay_ms}
    fault = {"provider": wrong.provider, "mode": wrong.mode, **delay}
    httpx.put(f"{stack.url('handset')}/api/faults", json=fault, timeout=10).raise_for_status()
