"""In which order files are handed to the workers."""

from tests.support.order import LONGEST_FIRST, TESTS, places_of


def test_every_named_file_is_there_and_comes_first_in_its_order() -> None:
    files = sorted(TESTS.rglob("test_*.py"))
    places = places_of(files)
    ordered = [file.relative_to(TESTS).as_posix() for file in sorted(files, key=lambda file: places[file])]
    assert tuple(ordered[: len(LONGEST_FIRST)]) == LONGEST_FIRST


def test_those_that_wait_are_spread_among_those_that_compute_and_over_before_the_end() -> None:
    waiting = [TESTS / "integration" / f"test_{number}.py" for number in range(4)]
    computing = [TESTS / "unit" / f"test_{number}.py" for number in range(20)]
    places = places_of([*computing, *waiting, *computing])
    ordered = sorted(places, key=lambda file: places[file])
    assert [ordered.index(file) for file in waiting] == sorted(ordered.index(file) for file in waiting)
    assert [file for file in ordered[-4:] if file in waiting] == []
    assert max(ordered.index(file) for file in waiting) > len(ordered) // 2
