"""What is kept in memory of documents is little, and not for long."""

from services.kit.mongo.recent import KEPT_FOR, MOST_BRIEFLY, Recent


class Seconds:
    """A clock that never goes back."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_newest_is_found_until_it_is_forgotten() -> None:
    recent = Recent[int](2)
    recent.keep("a", 1)
    recent.keep("a", 2)
    assert recent.find("a") == 2
    recent.forget("a")
    recent.forget("a")
    assert recent.find("a") is None


def test_of_too_many_those_go_that_were_not_kept_for_the_longest_time() -> None:
    recent = Recent[int](2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.keep(key, value)
    assert [recent.find(key) for key in "abc"] == [3, None, 4]


def test_what_is_old_is_not_found_and_goes_with_the_next() -> None:
    seconds = Seconds()
    recent = Recent[int](3, now=seconds)
    recent.keep("a", 1)
    seconds.now = KEPT_FOR
    recent.keep("b", 2)
    assert recent.find("a") == 1
    seconds.now += 1.0
    assert recent.find("a") is None
    recent.keep("c", 3)
    seconds.now = KEPT_FOR
    assert [recent.find(key) for key in "abc"] == [None, 2, 3]


def test_who_keeps_none_keeps_none() -> None:
    recent = Recent[int](0)
    recent.keep("a", 1)
    assert recent.find("a") is None


def test_what_is_over_is_found_a_while_and_takes_no_place_from_what_is_not() -> None:
    recent = Recent[int](MOST_BRIEFLY + 2)
    recent.keep("open", 1)
    recent.keep("ends", 2)
    recent.keep("ends", 3, briefly=True)
    assert recent.find("ends") == 3
    for number in range(MOST_BRIEFLY):
        recent.keep(f"over-{number}", number, briefly=True)
    assert (recent.find("open"), recent.find("ends"), recent.find("over-0")) == (1, None, 0)
    recent.forget("over-0")
    assert recent.find("over-0") is None
