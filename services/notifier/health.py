"""What is known of the providers: shared by all replicas through the database, and seen again every second."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import structlog

from services.kit.clock import Clock, monotonic
from services.kit.mongo.client import DatabaseError
from services.kit.mongo.document import StaleDocumentError
from services.kit.mongo.reading import UnreadableDocumentError
from services.notifier import metrics
from services.notifier.domain.breakers import CLOSED, Breaker, Standing, Verdict, heard, standing
from services.notifier.handlers.attempt import Outcome
from services.notifier.store import Store

log = structlog.get_logger(__name__)

READ_EVERY = 1.0


class Health:
    """Where the database is away, what this replica saw itself goes on counting. What is heard is noted one by one, so
    that nothing older takes the place of what is known."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: Mapping[str, Breaker] = {}
        self._silent: set[str] = set()
        self._read_at = 0.0
        self._in_order = asyncio.Lock()

    def standing(self, provider: str) -> Standing:
        """Whether it is to be given messages. One that leaves all our calls without an answer is not, whatever others
        see of it."""
        known = standing(self._known.get(provider, CLOSED), self._clock.now())
        return "open" if known == "closed" and provider in self._silent else known

    def note_silence(self, provider: str, *, silent: bool) -> None:
        """All calls that this process may make to it at once are out, and none comes back."""
        (self._silent.add if silent else self._silent.discard)(provider)

    async def refresh(self) -> None:
        """See what other replicas saw, at most once a second."""
        if monotonic() < self._read_at:
            return
        self._read_at = monotonic() + READ_EVERY
        async with self._in_order:
            self._known = await self._store.standings()
        for name in self._known:
            self._measure(name)

    async def probe(self, provider: str) -> bool:
        """Whether this replica's next message is the one that finds out."""
        won = await self._store.probe(provider, at=self._clock.now())
        self._read_at = 0.0
        await self.refresh()
        return won

    async def note(self, provider: str, outcome: Outcome, *, probe: bool) -> None:
        """Remember what a call said of the provider, for all replicas. Nothing is written while all is well."""
        decide = partial(
            heard,
            verdict=outcome.verdict,
            at=self._clock.now(),
            probe=probe,
            pause=timedelta(seconds=outcome.retry_after),
        )
        async with self._in_order:
            before = self._known.get(provider, CLOSED)
            if decide(before) == before:
                return
            try:
                after = await self._store.note_breaker(provider, decide)
            except (DatabaseError, StaleDocumentError, UnreadableDocumentError) as error:
                log.warning("what a provider did is known here alone", provider=provider, error=type(error).__name__)
                after = decide(before)
            self._keep(provider, after, outcome.verdict)

    def _keep(self, provider: str, after: Breaker, verdict: Verdict | None) -> None:
        before = self.standing(provider)
        self._known = {**self._known, provider: after}
        now = self.standing(provider)
        if now != before:
            log.warning("provider is seen otherwise", provider=provider, standing=now, before=before, verdict=verdict)
        self._measure(provider)

    def _measure(self, provider: str) -> None:
        metrics.PROVIDER_AVAILABLE.labels(provider).set(self.standing(provider) == "closed")
