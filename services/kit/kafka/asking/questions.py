"""The client, as a consumer's fetcher sees it, which is not public: it knows where aiokafka 0.14 has it."""

import asyncio
from collections import defaultdict
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import CloseReason
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import RequestTimedOutError
from aiokafka.protocol.fetch import FetchRequest

from services.kit.kafka.asking.sessions import Session

HELD_MS = 15_000
"""How long Kafka holds a question for records while there are none; what comes is given at once all the same."""
PART_MS = 250
"""The same where a partition is left out, since it is full or rests: it joins with the next question."""
ANSWERED_WITHIN = 20.0
"""Seconds after which a broker that says nothing is asked anew, on another connection: its machine may be gone, and
nobody told us. aiokafka waits for 40."""
QUESTIONS = "questions"
"""Among the client's connections to a broker, that for questions for records."""


class Questions:
    """Questions for records have a connection of their own, for Kafka answers one after the other on each, and what
    else is asked would wait behind the one that is held.

    A question of before a rebalance is held as well, so its connection ends with it.
    """

    def __init__(
        self, client: AIOKafkaClient, subscription: SubscriptionState, *, within: float = ANSWERED_WITHIN
    ) -> None:
        self._client = client
        self._subscription = subscription
        self._within = within
        self._sessions: defaultdict[int, Session] = defaultdict(Session)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def send(self, node: int, request: Any) -> Any:
        """What the broker answers.

        Raises:
            KafkaError: it did not, or not in time.
        """
        if not isinstance(request, FetchRequest):
            return await self._client.send(node, request)
        session = self._sessions[node]
        request._max_wait_ms = HELD_MS if self._is_whole(node, request) else PART_MS  # noqa: SLF001
        try:
            async with asyncio.timeout(self._within):
                answer = await self._client.send(node, session.ask(request), group=QUESTIONS)
        except TimeoutError:
            session.forget()
            self._hang_up(node, CloseReason.CONNECTION_TIMEOUT)
            raise RequestTimedOutError from None
        except BaseException as error:
            session.forget()
            if isinstance(error, asyncio.CancelledError):
                self._hang_up(node)
            raise
        session.heard(answer)
        return answer

    def _hang_up(self, node: int, why: CloseReason | None = None) -> None:
        """After a time-out the client looks who leads the partitions now."""
        if held := self._client._conns.pop((node, QUESTIONS), None):  # noqa: SLF001
            held.close(reason=why)

    def _is_whole(self, node: int, request: FetchRequest) -> bool:
        """Whether it asks for all partitions that are read here and that this broker leads."""
        subscription = self._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        if assignment is None:
            return False
        leader = self._client.cluster.leader_for_partition
        led = [place for place in assignment.tps if leader(place) == node]
        return len(led) == sum(len(partitions) for _, partitions in request.topics)
