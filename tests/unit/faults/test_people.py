"""People of the faults, who come again until there was enough."""

from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest

from tests.faults.people import all_act


@dataclass
class Somebody:
    """Waits until there was enough, or is interrupted."""

    interrupted: bool
    pause: float = 0.0
    came_again: bool = True

    def act(self, enough: Event) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        self.came_again = not enough.wait(30.0)


def test_who_interrupts_a_run_does_not_wait_for_those_who_come_again() -> None:
    people: list[Any] = [Somebody(True), Somebody(False)]
    with pytest.raises(KeyboardInterrupt):
        all_act(people, [0.0, 0.0], lambda: None, Event())
    assert not people[1].came_again
