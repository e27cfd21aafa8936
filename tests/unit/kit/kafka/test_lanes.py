"""Which offsets may be committed, and in which order records are handled."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.kafka.lanes import AbandonedError, Lanes, Offsets, Pause
from services.kit.kafka.record import Partition, Record
from tests.support.waiting import until

A: Partition = ("topic", 0)
B: Partition = ("topic", 1)


def record(offset: int, key: str | None = "sam", partition: int = 0) -> Record:
    return Record("topic", partition, offset, None if key is None else key.encode(), (), b"{}")


class Shell:
    """Lanes with what they handled and committed; `gate` holds handlers back."""

    def __init__(self, *, at_once: int = 64, in_flight: int = 512, of_a_key: int = 8, ahead: int = 1_024) -> None:
        self.order: dict[bytes | None, list[int]] = defaultdict(list)
        self.commits: dict[Partition, int] = {}
        self.running = self.most = 0
        self.gate = asyncio.Event()
        self.resting: list[Partition] = []
        self.lanes = Lanes(
            self._handle, self._commit, self, at_once=at_once, in_flight=in_flight, of_a_key=of_a_key, ahead=ahead
        )
        self.lanes.open()

    async def _handle(self, taken: Record, _: Pause) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            self.order[taken.key].append(taken.offset)
        finally:
            self.running -= 1

    async def _commit(self, offsets: Offsets) -> bool:
        self.commits |= offsets
        return True

    def pause(self, partition: Partition) -> None:
        self.resting.append(partition)

    def resume(self, partition: Partition) -> None:
        self.resting.remove(partition)

    async def idle(self) -> None:
        await until(lambda: not self.lanes.in_flight)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 2)), max_size=60), st.integers(1, 8))
async def test_records_of_a_key_are_handled_in_order_and_all_are_committed(
    keys: list[tuple[str, int]], at_once: int
) -> None:
    shell = Shell(at_once=at_once, in_flight=10)
    shell.gate.set()
    expected: Mapping[bytes, list[int]] = defaultdict(list)
    ends: dict[Partition, int] = {}
    for offset, (key, partition) in enumerate(keys):
        expected[key.encode()].append(offset)
        ends["topic", partition] = offset + 1
        await shell.lanes.accept(record(offset, key, partition))
    await shell.idle()
    await shell.lanes.drain(1)
    assert shell.order == expected
    assert shell.commits == ends
    assert shell.most <= at_once


async def test_other_keys_go_on_while_one_is_held_up() -> None:
    done: list[bytes | None] = []

    async def handle(taken: Record, pause: Pause) -> None:
        if taken.key == b"slow":
            await pause(60)
        done.append(taken.key)

    shell = Shell()
    lanes = Lanes(handle, shell._commit, shell)
    lanes.open()
    for offset, key in enumerate(("slow", "slow", "quick", "other")):
        await lanes.accept(record(offset, key))
    await until(lambda: len(done) == 2)
    await lanes.drain(1)
    assert done == [b"quick", b"other"]
    assert shell.commits == {}


async def test_taking_waits_while_too_many_are_in_flight() -> None:
    shell = Shell(in_flight=2)
    await shell.lanes.accept(record(1))
    await shell.lanes.accept(record(2))
    third = asyncio.create_task(shell.lanes.accept(record(3)))
    await asyncio.sleep(0.01)
    assert not third.done()
    shell.gate.set()
    await third
    await shell.idle()
    assert shell.order == {b"sam": [1, 2, 3]}


async def test_a_hot_key_leaves_room_for_others_until_its_partition_rests() -> None:
    done: list[bytes | None] = []
    gate = asyncio.Event()

    async def handle(taken: Record, _: Pause) -> None:
        if taken.key == b"hot":
            await gate.wait()
        done.append(taken.key)

    shell = Shell()
    lanes = Lanes(handle, shell._commit, shell, in_flight=8, of_a_key=2, ahead=20)
    lanes.open()
    async with asyncio.timeout(5):
        for offset in range(15):
            await lanes.accept(record(offset, "hot"))
        for offset in range(15, 19):
            await lanes.accept(record(offset, f"cold {offset}"))
        await until(lambda: len(done) == 4)
        assert shell.resting == []
        await lanes.accept(record(19, "hot"))
        assert shell.resting == [A]
        for offset in range(10):
            await lanes.accept(record(offset, f"elsewhere {offset}", partition=1))
        await until(lambda: len(done) == 14)
    gate.set()
    await until(lambda: not lanes.in_flight)
    assert shell.resting == []
    await lanes.drain(1)
    assert shell.commits == {A: 20, B: 10}
    assert lanes._room._value == 8


async def test_a_key_has_its_share_again_after_a_rebalance() -> None:
    shell = Shell(in_flight=4, of_a_key=2, ahead=5)
    for offset in range(5):
        await shell.lanes.accept(record(offset, "hot"))
    assert shell.resting == [A]
    await until(lambda: shell.running)
    shell.gate.set()
    await shell.lanes.drain(1)
    shell.resting.clear()
    shell.lanes.open()
    for offset in range(1, 6):
        await shell.lanes.accept(record(offset, "hot"))
    await shell.idle()
    assert (shell.lanes._room._value, shell.resting) == (4, [])
    assert shell.order == {b"hot": [0, 1, 2, 3, 4, 5]}


async def test_a_handler_that_pauses_keeps_no_other_from_running() -> None:
    done: list[bytes | None] = []

    async def handle(taken: Record, pause: Pause) -> None:
        if taken.key == b"waits":
            await pause(60)
        done.append(taken.key)

    shell = Shell()
    lanes = Lanes(handle, shell._commit, shell, at_once=1)
    lanes.open()
    for offset, key in enumerate(("waits", "other", "third")):
        await lanes.accept(record(offset, key))
    await until(lambda: len(done) == 2)
    await lanes.drain(1)
    assert (lanes.in_flight, lanes._slots._value) == (0, 1)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.integers(0, 30))
async def test_turns_are_given_back_however_handlers_end(at_once: int, ticks: int) -> None:
    async def handle(taken: Record, pause: Pause) -> None:
        await pause(0)
        await asyncio.sleep(0)
        await pause(0.001 if taken.offset % 2 else 0)

    shell = Shell()
    lanes = Lanes(handle, shell._commit, shell, at_once=at_once, of_a_key=1)
    lanes.open()
    for offset in range(12):
        await lanes.accept(record(offset, f"key {offset % 5}"))
    for _ in range(ticks):
        await asyncio.sleep(0)
    await lanes.drain(0)
    assert (lanes.in_flight, lanes._slots._value, lanes._room._value) == (0, at_once, 512)


async def test_who_waits_for_a_turn_has_not_stalled() -> None:
    now = 0.0
    ends = {b"sam": asyncio.Event(), b"robin": asyncio.Event()}

    async def handle(taken: Record, _: Pause) -> None:
        await ends[taken.key or b""].wait()

    shell = Shell()
    lanes = Lanes(handle, shell._commit, shell, at_once=1, now=lambda: now)
    lanes.open()
    for offset, key in enumerate(("sam", "robin", "sam")):
        await lanes.accept(record(offset, key))
    await asyncio.sleep(0)
    now = 100.0
    ends[b"sam"].set()
    await until(lambda: lanes.in_flight == 2)
    await asyncio.sleep(0)
    now = 200.0
    assert not lanes.stalled
    now = 221.0
    assert lanes.stalled
    ends[b"robin"].set()
    await until(lambda: not lanes.in_flight)
    assert not lanes.stalled


async def test_a_record_that_waited_through_a_rebalance_is_dropped_for_it_will_come_again() -> None:
    shell = Shell(in_flight=1)
    await shell.lanes.accept(record(1))
    waiting = asyncio.create_task(shell.lanes.accept(record(2)))
    await asyncio.sleep(0)
    shell.gate.set()
    await shell.lanes.drain(1)
    shell.lanes.open()
    await waiting
    assert shell.lanes.in_flight == 0
    assert shell.order == {b"sam": [1]}
    assert shell.commits == {A: 2}


async def test_draining_finishes_what_runs_and_leaves_what_waits() -> None:
    shell = Shell()
    for offset in (1, 2, 3):
        await shell.lanes.accept(record(offset))
    await asyncio.sleep(0)
    draining = asyncio.create_task(shell.lanes.drain(5))
    await asyncio.sleep(0)
    shell.gate.set()
    await draining
    assert shell.order == {b"sam": [1]}
    assert shell.commits == {A: 2}
    assert shell.lanes.in_flight == 0


async def test_draining_cancels_what_does_not_end_and_does_not_commit_it() -> None:
    shell = Shell()
    await shell.lanes.accept(record(1))
    await asyncio.sleep(0)
    await shell.lanes.drain(0.01)
    assert (shell.commits, shell.lanes.in_flight, shell.running) == ({}, 0, 0)


async def test_a_pause_ends_at_once_when_the_partition_is_taken_away() -> None:
    abandoned: list[int] = []

    async def handle(taken: Record, pause: Pause) -> None:
        try:
            await pause(60)
        except AbandonedError:
            abandoned.append(taken.offset)
            raise

    shell = Shell()
    lanes = Lanes(handle, shell._commit, shell)
    lanes.open()
    await lanes.accept(record(1))
    await asyncio.sleep(0)
    await lanes.drain(5)
    assert abandoned == [1]
    assert lanes.failure is None


async def test_a_failed_commit_is_tried_again() -> None:
    answers = [False, True]
    taken: list[Offsets] = []

    async def commit(offsets: Offsets) -> bool:
        taken.append(offsets)
        return answers.pop(0)

    shell = Shell()
    shell.gate.set()
    lanes = Lanes(shell._handle, commit, shell)
    lanes.open()
    committing = asyncio.create_task(lanes.commit_always())
    await lanes.accept(record(1))
    await until(lambda: not answers)
    committing.cancel()
    assert taken == [{A: 2}, {A: 2}]


async def test_a_lane_that_breaks_is_told() -> None:
    async def handle(_: Record, __: Pause) -> None:
        raise RuntimeError

    shell = Shell()
    lanes = Lanes(handle, shell._commit, shell)
    lanes.open()
    await lanes.accept(record(1))
    await until(lambda: lanes.failure is not None)
    await lanes.drain(1)
    assert shell.commits == {}
