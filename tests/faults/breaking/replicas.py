"""More than one of a service: paused, with another clock, of another version, coming and going."""

import contextlib
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.faults.breaking.checkout import SITE
from tests.faults.breaking.scene import Scene
from tests.faults.push import configured
from tests.support.servers.replicas import CONFIG, replica

PAUSED = 20.0
STAYS = 5.0
COMINGS = 4
"""Of a replica of each."""


def paused(*parts: str) -> Callable[[Scene], None]:
    """Stopped as by a debugger, while second replicas go on; what they held when they wake must do no harm."""

    def happen(scene: Scene) -> None:
        with contextlib.ExitStack() as replicas:
            for part in parts:
                replicas.enter_context(replica(scene.stack, part))
            scene.within(2.0)
            processes = [scene.stack.pid(part) for part in parts]
            try:
                for process in processes:
                    os.kill(process, signal.SIGSTOP)
                scene.wait(PAUSED)
            finally:
                for process in processes:
                    os.kill(process, signal.SIGCONT)
            scene.over.wait()

    return happen


def clocks_ahead(*parts: str, seconds: int = 90) -> Callable[[Scene], None]:
    """Second replicas whose clocks are ahead."""

    def happen(scene: Scene) -> None:
        with contextlib.ExitStack() as replicas:
            for part in parts:
                replicas.enter_context(replica(scene.stack, part, SECURITY_INFO_CLOCK_OFFSET=str(seconds)))
            scene.over.wait()

    return happen


def comings_and_goings(*parts: str) -> Callable[[Scene], None]:
    """Replicas join and leave: rebalances while messages are in work."""

    def come_and_go(part: str, scene: Scene) -> int:
        count = 0
        while scene.within(1.0) and count < COMINGS:
            with replica(scene.stack, part):
                scene.within(STAYS)
            count += 1
        return count

    def happen(scene: Scene) -> None:
        with ThreadPoolExecutor(len(parts)) as pool:
            count = sum(pool.map(lambda part: come_and_go(part, scene), parts))
        scene.notes.append(f"{count} replicas came and left")

    return happen


def version_before(scene: Scene) -> None:
    """Replicas of an earlier version share the work, as in a rolling upgrade, in which the verifier goes first."""
    assert scene.before
    config = configured(scene.before / CONFIG, scene.stack.home / "config-before.yaml", scene.push)
    own = {"SECURITY_INFO_CONFIG": str(config), "PYTHONPATH": str(scene.before / SITE)}
    with (
        replica(scene.stack, "enrollment", scene.before, **own),
        replica(scene.stack, "notifier", scene.before, **own),
    ):
        scene.over.wait()
