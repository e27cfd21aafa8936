"""What nobody would wish to read: the same again, and poison."""

from schemas.topics import TOPICS, full_name
from tests.faults.breaking.again import repeat_all
from tests.faults.breaking.poison import write_poison
from tests.faults.breaking.scene import Scene

TURNS = 10


def each_twice(scene: Scene) -> None:
    """Every record comes once more, up to 3 s later: doubled, and out of order."""
    count = repeat_all(scene.stack.kafka_url, scene.stack.topic_prefix, scene.rng, scene.over)
    scene.notes.append(f"{count} records")


def poisoned(scene: Scene) -> None:
    """Records that nobody can handle, on every topic of events, by every codec in turn."""
    topics = [full_name(scene.stack.topic_prefix, topic) for topic in TOPICS if topic.events]
    count = turns = 0
    while turns < TURNS and scene.within(1.0):
        count += write_poison(scene.stack.kafka_url, topics, turns, scene.rng)
        turns += 1
    scene.poison.append(count)
    scene.notes.append(f"{count} records")
