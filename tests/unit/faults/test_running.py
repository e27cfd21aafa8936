"""A fault has an end, whatever becomes of it."""

import random
from threading import Event
from typing import Any, cast

import pytest

from deploy.local.errors import StackError
from tests.faults.breaking.scene import Fault, Scene
from tests.faults.running import broken

HANGS = 3600.0


def scene() -> Scene:
    return Scene(cast("Any", None), random.Random(7), [], cast("Any", None))  # noqa: S311 # a seed


def fault(happen: Any, *, goes_on: bool = False) -> Fault:
    return Fault("a fault", "a promise", happen, goes_on=goes_on, seconds=0.0)


def came(_: float) -> bool:
    return True


def test_people_are_told_that_there_was_enough_once_a_fault_that_goes_on_is_over() -> None:
    happened, at = Event(), scene()

    def act(_: float) -> bool:
        assert not at.enough.is_set()
        happened.set()
        return at.enough.wait(HANGS)

    broken(fault(lambda _: happened.wait(HANGS), goes_on=True), at, act, longer=60.0)
    assert at.over.is_set()


def test_a_fault_that_hangs_is_told_to_stop_and_said_to_be_stuck() -> None:
    at = scene()
    with pytest.raises(StackError, match="not over"):
        broken(fault(lambda of: of.wait(HANGS)), at, came, longer=0.1)
    assert at.stop.is_set()


def test_people_who_do_not_come_to_an_end_make_it_stuck_too() -> None:
    with pytest.raises(StackError, match="not over"):
        broken(fault(lambda of: of.over.wait(HANGS)), scene(), lambda _: False, longer=60.0)


def test_what_goes_wrong_in_a_fault_is_told() -> None:
    def fails(_: Scene) -> None:
        raise StackError("enrollment is not ready")

    with pytest.raises(StackError, match="enrollment is not ready"):
        broken(fault(fails), scene(), came, longer=60.0)


def test_an_interrupt_ends_the_fault_before_anything_is_stopped() -> None:
    ended, at = Event(), scene()

    def happen(of: Scene) -> None:
        try:
            of.wait(HANGS)
        finally:
            ended.set()

    def interrupted(_: float) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken(fault(happen), at, interrupted, longer=60.0)
    assert ended.is_set()
