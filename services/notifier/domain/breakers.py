"""When a provider is left alone: after failures in a row for a while, longer each time; after it asked for it, as long
as it asked for. Then one message finds out whether it works again.

```mermaid
stateDiagram-v2
    [*] --> closed
    closed --> open: failures in a row
    closed --> resting: it asks for a pause
    open --> due: time passed
    resting --> due: time passed
    due --> open: one message probes it
    open --> closed: the probe, or any call, succeeds
    open --> open: the probe fails, for longer
```
"""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from services.kit.state import State

OPENS_AFTER = 3
"""Failures in a row, of all replicas together."""
FIRST_OPEN = timedelta(seconds=5)
LONGEST_OPEN = timedelta(minutes=1)
PROBE_WITHIN = timedelta(seconds=15)
"""After that somebody else may probe: longer than an attempt may take."""

Standing = Literal["closed", "due", "open", "resting"]
Verdict = Literal["works", "fails", "throttles"]


class Breaker(State):
    """What all replicas know of one provider. `failures` are those in a row while it is closed, `times` counts how
    often in a row it was opened. The rest is by the clock of whoever wrote it: where clocks differ, somebody probes
    sooner."""

    failures: int = 0
    times: int = 0
    open_until: AwareDatetime | None = None
    rests_until: AwareDatetime | None = None
    probed_until: AwareDatetime | None = None


CLOSED = Breaker()


def standing(breaker: Breaker, at: datetime) -> Standing:
    """Whether it takes messages (`closed`), one that finds out (`due`), none while another does (`open`), or none at
    all (`resting`)."""
    if breaker.rests_until and at < breaker.rests_until:
        return "resting"
    if breaker.open_until is None:
        return "closed"
    is_probed = breaker.probed_until is not None and at < breaker.probed_until
    return "open" if at < breaker.open_until or is_probed else "due"


def probing(breaker: Breaker, at: datetime) -> Breaker:
    """One message is on its way to find out."""
    return breaker.model_copy(update={"probed_until": at + PROBE_WITHIN})


def heard(
    breaker: Breaker, verdict: Verdict | None, at: datetime, *, probe: bool = False, pause: timedelta = timedelta()
) -> Breaker:
    """What a call that has ended makes of it; no verdict: the provider was not called after all."""
    match verdict:
        case "works":
            return breaker if standing(breaker, at) == "resting" else CLOSED
        case "throttles":
            until = max(at + pause, breaker.rests_until or at)
            return breaker.model_copy(update={"rests_until": until, "open_until": until, "probed_until": None})
        case "fails" if probe or breaker.open_until is None:
            return _failed(breaker, at, probe=probe)
        case None if probe:
            return breaker.model_copy(update={"probed_until": None})
    return breaker


def _failed(breaker: Breaker, at: datetime, *, probe: bool) -> Breaker:
    failures = breaker.failures + 1
    if not probe and failures < OPENS_AFTER:
        return breaker.model_copy(update={"failures": failures})
    wait = min(FIRST_OPEN * 2 ** min(breaker.times, 10), LONGEST_OPEN)
    return Breaker(times=breaker.times + 1, open_until=at + wait, rests_until=breaker.rests_until)
