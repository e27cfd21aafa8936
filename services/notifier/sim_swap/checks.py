"""Asks as long as there are answers, and counts them."""

from datetime import timedelta
from typing import Protocol

import structlog

from services.kit.clock import Clock
from services.notifier import metrics
from services.notifier.domain.breakers import CLOSED, Breaker, Verdict, heard, probing, standing
from services.notifier.domain.sim_swap import Finding
from services.notifier.providers.base import ProviderError, TransientError
from services.notifier.sim_swap.camara import Answer

log = structlog.get_logger(__name__)


class SimSwapSource(Protocol):
    """Who knows of SIM cards."""

    async def ask(self, number: str) -> Answer:
        """Raises ProviderError: there is no answer."""
        ...


class SimSwapChecks:
    """What a source says, without an error. One that fails is left alone for a while, as a provider is, so that
    codes do not wait for it; each replica finds out for itself. An outage is logged once, and so is its end."""

    def __init__(self, source: SimSwapSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._breaker: Breaker = CLOSED
        self._is_out = False

    async def find(self, number: str) -> Finding:
        """What is known of the SIM card of a number in E.164."""
        found = await self._ask(number)
        metrics.SIM_CHECKS.labels(found).inc()
        return found

    async def _ask(self, number: str) -> Finding:
        stands = standing(self._breaker, self._clock.now())
        if stands in {"open", "resting"}:
            return "skipped"
        probe = stands == "due"
        if probe:
            self._breaker = probing(self._breaker, self._clock.now())
        try:
            answer = await self._source.ask(number)
        except ProviderError as error:
            self._note_failure(error, probe=probe)
            return "failed"
        self._hear("works", probe=probe)
        if self._is_out:
            log.warning("SIM cards are checked again")
        self._is_out = False
        return answer

    def _note_failure(self, error: ProviderError, *, probe: bool) -> None:
        pause = error.retry_after if isinstance(error, TransientError) else None
        self._hear("throttles" if pause else "fails", probe=probe, pause=pause or 0.0)
        if not self._is_out:
            log.warning("SIM cards cannot be checked", cause=str(error))
        self._is_out = True

    def _hear(self, verdict: Verdict, *, probe: bool, pause: float = 0.0) -> None:
        now, rest = self._clock.now(), timedelta(seconds=pause)
        self._breaker = heard(self._breaker, verdict, now, probe=probe, pause=rest)
