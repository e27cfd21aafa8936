"""`kill -9` at random moments."""

import contextlib
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.faults.breaking.scene import SERVICES, Scene
from tests.support.servers.membership import dismiss
from tests.support.servers.replicas import replica

KILLS_ALONE = 10
"""Of one service in its own fault; with those of the two faults that kill all of them there are 201."""
KILLS_OF_EACH = 46
KILLS_OF_TWO = 11
SOONEST, LATEST = 0.05, 2.0
"""Seconds from when a service is ready to when it is killed: so long it is at work."""


def killed(*parts: str, times: int = KILLS_ALONE) -> Callable[[Scene], None]:
    """Each of these so often, and each is started again at once. A moment is drawn from a part's own chance, so that a
    seed draws the same ones whichever is the faster."""

    def kill(part: str, chance: random.Random, scene: Scene) -> int:
        count = 0
        while count < times and scene.within(chance.uniform(SOONEST, LATEST)):
            scene.stack.kill(part)
            count += 1
            dismiss(scene.stack, part)
            scene.stack.start(part)
        return count

    return lambda scene: _side_by_side(parts, kill, scene)


def one_of_two_killed(scene: Scene) -> None:
    """Two of each service; the first one is killed each time, so that the other takes over what it left. Nobody takes a
    killed one out of its groups: Kafka finds out by itself."""

    def kill(part: str, chance: random.Random, scene: Scene) -> int:
        count = 0
        while count < KILLS_OF_TWO and scene.within(chance.uniform(SOONEST, LATEST)):
            scene.stack.kill(part)
            count += 1
            scene.within(chance.uniform(SOONEST, LATEST / 2))
            scene.stack.start(part)
        return count

    with contextlib.ExitStack() as replicas:
        for part in SERVICES:
            replicas.enter_context(replica(scene.stack, part))
        _side_by_side(SERVICES, kill, scene)
        scene.enough.set()
        scene.over.wait()


def _side_by_side(parts: Sequence[str], kill: Callable[[str, random.Random, Scene], int], scene: Scene) -> None:
    chances = [random.Random(scene.rng.random()) for _ in parts]  # noqa: S311 # from the seed
    with ThreadPoolExecutor(len(parts)) as pool:
        scene.kills.append(sum(pool.map(lambda part, chance: kill(part, chance, scene), parts, chances)))
    scene.notes.append(f"{scene.kills[-1]} kills")
