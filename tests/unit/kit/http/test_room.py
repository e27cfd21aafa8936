"""Places for connections."""

import resource
from dataclasses import dataclass

import pytest

from services.kit.http.room import Room, as_many_as_files_allow


@dataclass(eq=False)
class Client:
    is_gone: bool = False

    def leave(self) -> None:
        self.is_gone = True


def test_who_was_waited_for_the_longest_makes_room() -> None:
    of = Room(3)
    first, second, third, fourth, fifth = (Client() for _ in range(5))
    assert all(of.enter(one) for one in (first, second, third))
    of.wait_for(first)
    of.serve(second)
    assert of.enter(fourth)
    assert of.enter(fifth)
    assert [one.is_gone for one in (first, second, third, fourth, fifth)] == [True, False, True, False, False]


def test_nothing_that_is_under_way_is_given_up() -> None:
    of, working, late = Room(1), Client(), Client()
    assert of.enter(working)
    of.serve(working)
    assert not of.enter(late)
    of.forget(working)
    assert of.enter(late)
    assert not working.is_gone


@pytest.mark.parametrize(
    ("given", "most", "taken"),
    [((1024, 1024), 768, 1024), ((256, 300), 150, 300), ((1024, 1 << 20), 8192, 8448), ((20000, 20000), 8192, None)],
)
def test_there_are_as_many_as_the_process_may_open_files(
    given: tuple[int, int], most: int, taken: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[int] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: given)
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: changed.append(limits[0]))
    assert as_many_as_files_allow() == most
    assert changed == ([] if taken is None else [taken])
