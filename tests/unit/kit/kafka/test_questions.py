"""How long Kafka may hold a question for records, and what becomes of one that nobody waits for any more."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.conn import CloseReason
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import RequestTimedOutError
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest

from services.kit.kafka.asking.questions import ANSWERED_WITHIN, HELD_MS, PART_MS, QUESTIONS, Questions

PLACES = [TopicPartition("t", number) for number in range(4)]
LEADERS = {0: 1, 1: 1, 2: 1, 3: 2}


class Connection:
    closed = False
    reason: CloseReason | None = None

    def close(self, reason: CloseReason | None = None) -> None:
        self.closed, self.reason = True, reason


class Client:
    """Notes what is sent, and answers once `answers` is set."""

    def __init__(self) -> None:
        self.cluster = self
        self.sent: list[tuple[int, Any, object]] = []
        self._conns = {(1, QUESTIONS): Connection(), (2, QUESTIONS): Connection(), (1, 0): Connection()}
        self.answers = asyncio.Event()

    def leader_for_partition(self, place: TopicPartition) -> int:
        return LEADERS[place.partition]

    async def send(self, node: int, request: Any, *, group: object = 0) -> str:
        self.sent.append((node, request, group))
        await self.answers.wait()
        return "answer"


def asking(*partitions: int) -> FetchRequest:
    return FetchRequest(500, 1, 1, 0, [("t", [(number, 0, 1) for number in partitions])])


def questions(client: Client, *, within: float = ANSWERED_WITHIN) -> Questions:
    subscription = SubscriptionState()
    subscription.subscribe({"t"})
    subscription.assign_from_subscribed(PLACES)
    return Questions(client, subscription, within=within)


@pytest.mark.parametrize(
    ("node", "partitions", "held"),
    [(1, (0, 1, 2), HELD_MS), (2, (3,), HELD_MS), (1, (0, 2), PART_MS)],
    ids=["all of a broker", "all of another", "one is full or rests"],
)
async def test_a_question_is_held_for_long_where_it_is_for_all_partitions(
    node: int, partitions: tuple[int, ...], held: int
) -> None:
    client = Client()
    client.answers.set()
    assert await questions(client).send(node, asking(*partitions)) == "answer"
    [(_, request, group)] = client.sent
    assert (request._max_wait_ms, group) == (held, QUESTIONS)


async def test_what_else_is_asked_does_not_wait_behind_it() -> None:
    client = Client()
    client.answers.set()
    await questions(client).send(1, MetadataRequest([]))
    assert [group for *_, group in client.sent] == [0]


async def test_a_question_that_nobody_waits_for_any_more_keeps_no_connection() -> None:
    client = Client()
    held, kept = client._conns[1, QUESTIONS], [client._conns[2, QUESTIONS], client._conns[1, 0]]
    question = asyncio.create_task(questions(client).send(1, asking(0, 1, 2)))
    await asyncio.sleep(0)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    assert held.closed
    assert not any(connection.closed for connection in kept)
    assert (1, QUESTIONS) not in client._conns


async def test_a_broker_that_says_nothing_is_asked_anew_and_looked_for() -> None:
    """The client looks for another one after a connection that ended so."""
    client = Client()
    silent = client._conns[1, QUESTIONS]
    with pytest.raises(RequestTimedOutError):
        await questions(client, within=0.01).send(1, asking(0, 1, 2))
    assert silent.reason == CloseReason.CONNECTION_TIMEOUT
    assert (1, QUESTIONS) not in client._conns
    assert HELD_MS / 1000 < ANSWERED_WITHIN
