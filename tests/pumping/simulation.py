"""A month of messages through the real guard, over documents in memory."""

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from services.enrollment.pumping.handlers import Asking, guarded
from services.kit.config.messages import Pumping
from services.kit.errors import SendLimitReachedError
from tests.pumping.traffic import Message, Pattern
from tests.support.in_memory.counting import organisation_on
from tests.support.in_memory.memory import MemoryDatabase
from tests.unit.enrollment.builders import texted

Mode = Literal["observe", "slow", "deny"]
TIDIED_EVERY = timedelta(days=1)


@dataclass
class Outcome:
    """How many were asked for, and how many of them went out: by pattern of attack, None of people."""

    asked: Counter[Pattern | None] = field(default_factory=Counter)
    sent: Counter[Pattern | None] = field(default_factory=Counter)

    def stopped(self, pattern: Pattern | None) -> int:
        return self.asked[pattern] - self.sent[pattern]

    def share_stopped(self, pattern: Pattern | None) -> float:
        return self.stopped(pattern) / self.asked[pattern]

    def note(self, message: Message, *, sent: bool) -> None:
        self.asked[message.pattern] += 1
        self.sent[message.pattern] += sent


async def simulated(messages: Iterable[Message], mode: Mode) -> Outcome:
    """Each message is judged at its time; a code is used when its time has come."""
    outcome, uses = Outcome(), list[tuple[datetime, str]]()
    database = MemoryDatabase()
    async with organisation_on(database) as northbridge:
        northbridge.pumping = Pumping(mode=mode)
        deps, clock = northbridge.deps, northbridge.clock
        tidied = clock.now()
        for number, message in enumerate(sorted(messages, key=lambda one: one.at)):
            while uses and uses[0][0] <= message.at:
                used_at, challenge_id = heapq.heappop(uses)
                clock.advance(used_at - clock.now())
                await deps.traffic.used("northbridge", challenge_id)
            clock.advance(message.at - clock.now())
            if message.at > tidied + TIDIED_EVERY:
                tidied = message.at
                await _tidy(database, tidied)
            challenge = texted(id=f"c-{number}")
            try:
                await guarded(Asking(challenge, message.number, message.address), deps)
            except SendLimitReachedError:
                outcome.note(message, sent=False)
                continue
            outcome.note(message, sent=True)
            if message.used_after:
                heapq.heappush(uses, (message.at + message.used_after, challenge.id))
    return outcome


async def _tidy(database: MemoryDatabase, now: datetime) -> None:
    """What the database's index ends by itself."""
    await database.collection("message_traffic").delete_many({"until": {"$lte": now}})
    await database.collection("message_counts").delete_many({"until": {"$lte": now}})
    await database.collection("send_decisions").delete_many({})
