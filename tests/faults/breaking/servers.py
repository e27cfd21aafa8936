"""Broker and database go, and come back."""

from collections.abc import Callable

from tests.faults.breaking import disk
from tests.faults.breaking.scene import Scene
from tests.faults.breaking.witness import Witness

GONE = 60.0
FULL = 15.0
FIRST = 3.0
"""Seconds for which all is well."""


def gone(part: str, seconds: float = 0.0) -> Callable[[Scene], None]:
    """`kill -9`, and started again after some time."""

    def happen(scene: Scene) -> None:
        scene.within(FIRST)
        scene.stack.kill(part)
        scene.wait(seconds)
        scene.stack.start(part)

    return happen


def kafka_gone_for_one(scene: Scene) -> None:
    """With next to nobody there, so that nothing queues up: somebody hands in a right code meanwhile, and looks how
    soon after Kafka's return that counts."""
    witness = Witness(scene.stack, f"witness.{scene.rng.getrandbits(32):x}")
    witness.ask()
    scene.over.wait()
    scene.stack.kill("kafka")
    scene.wait(GONE - 5.0)
    witness.hand_in()
    scene.wait(5.0)
    scene.late.append(witness.seconds_after(lambda: scene.stack.start("kafka")))
    scene.notes.append(f"what was handed in meanwhile counted {scene.late[-1]:.2f} s after its return")


def disk_full(scene: Scene) -> None:
    """The broker stops by itself once it cannot write; it is started again when there is room."""
    folder = scene.stack.home / "kafka"
    scene.within(FIRST)
    disk.fill(folder)
    scene.within(FULL)
    stopped = scene.stack.exit_code("kafka") is not None
    scene.stack.kill("kafka")
    disk.empty(folder)
    scene.stack.start("kafka")
    scene.notes.append("the broker stopped by itself" if stopped else "the broker ran on")
