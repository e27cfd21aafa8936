"""What of a partition may be committed: the end of what was finished, and never less."""

from hypothesis import given
from hypothesis import strategies as st

from services.kit.kafka.lanes import OffsetTracker
from services.kit.kafka.record import Partition

A: Partition = ("topic", 0)
B: Partition = ("topic", 1)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[Partition, list[int]], list[tuple[Partition, int]]]:
    """Records by partition with gaps in their offsets, and an order in which some of them are finished."""
    begun = {place: sorted(draw(st.sets(st.integers(0, 60), max_size=15))) for place in (A, B)}
    everything = [(place, offset) for place, offsets in begun.items() for offset in offsets]
    order = draw(st.permutations(everything))
    return begun, order[: draw(st.integers(0, len(order)))]


@given(histories())
def test_what_is_committed_is_the_end_of_the_finished_prefix(
    history: tuple[dict[Partition, list[int]], list[tuple[Partition, int]]],
) -> None:
    begun, finished = history
    progress = OffsetTracker()
    for place, offsets in begun.items():
        for offset in offsets:
            progress.began(place, offset)
    for place, offset in finished:
        progress.finished(place, offset)
    assert progress.committable() == {
        place: position
        for place, offsets in begun.items()
        if (position := _end_of_prefix(offsets, {offset for at, offset in finished if at == place})) is not None
    }


@given(histories(), st.integers(1, 5))
def test_a_position_never_goes_back_and_is_told_once(
    history: tuple[dict[Partition, list[int]], list[tuple[Partition, int]]], every: int
) -> None:
    begun, finished = history
    progress, last = OffsetTracker(), dict.fromkeys(begun, -1)
    for place, offsets in begun.items():
        for offset in offsets:
            progress.began(place, offset)
    for number, (place, offset) in enumerate(finished):
        progress.finished(place, offset)
        if number % every == 0:
            told = progress.committable()
            assert all(position > last[at] for at, position in told.items())
            last |= told
            progress.committed(told)
            assert progress.committable() == {}


def test_what_finishes_while_a_commit_is_under_way_is_committed_next() -> None:
    progress = OffsetTracker()
    progress.began(A, 1)
    progress.began(A, 2)
    progress.finished(A, 1)
    under_way = progress.committable()
    progress.finished(A, 2)
    progress.committed(under_way)
    assert progress.committable() == {A: 3}


def test_a_partition_read_again_from_before_is_known_anew() -> None:
    progress = OffsetTracker()
    for offset in (5, 6, 3):
        progress.began(A, offset)
    progress.finished(A, 6)
    assert progress.committable() == {}
    progress.finished(A, 3)
    assert progress.committable() == {A: 4}


def test_what_finishes_after_the_partition_was_taken_away_does_not_matter() -> None:
    progress = OffsetTracker()
    progress.began(A, 1)
    progress.clear()
    progress.finished(A, 1)
    assert progress.committable() == {}


def _end_of_prefix(offsets: list[int], finished: set[int]) -> int | None:
    end = None
    for offset in offsets:
        if offset not in finished:
            break
        end = offset + 1
    return end
