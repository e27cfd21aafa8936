"""People of the faults, who come again until there was enough."""

from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from tests.faults.crowd import all_act


@dataclass
class Patient:
    """Waits until there was enough."""

    under_way: Event
    pause: float = 0.0
    left_early: Event = field(default_factory=Event)

    def act(self, enough: Event) -> None:
        self.under_way.set()
        if enough.wait(30.0):
            self.left_early.set()


@dataclass
class Interrupted:
    """Ctrl-C, once somebody else is under way: who has not begun is never begun."""

    under_way: Event
    pause: float = 0.0

    def act(self, enough: Event) -> None:
        assert self.under_way.wait(30.0)
        raise KeyboardInterrupt


def test_who_interrupts_a_run_does_not_wait_for_those_who_come_again() -> None:
    under_way = Event()
    patient = Patient(under_way)
    people: list[Any] = [Interrupted(under_way), patient]
    with pytest.raises(KeyboardInterrupt):
        all_act(people, [0.0, 0.0], lambda: None, Event())
    assert patient.left_early.wait(20.0)
