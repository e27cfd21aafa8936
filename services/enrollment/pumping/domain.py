"""What speaks for pumping (messages asked for only so that somebody earns by them), and what follows.

All that is looked at are messages whose code nobody used within a few minutes. People use theirs; whoever has messages
sent for the sake of the sending does not. Pure: figures in, a judgement out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final, Literal

from services.kit.config.messages import Pumping

Signal = Literal["riskyRange", "manyCountries", "sequentialNumbers", "unusualRange", "unusualCountry"]
Weight = Literal["none", "doubtful", "certain"]
Step = Literal["send", "observe", "share", "refuse"]

UNUSED_AFTER: Final = timedelta(minutes=3)
"""How long a message may go unused before that says something: people read and type, and some fetch the phone first."""
WINDOW: Final = timedelta(hours=1)
NETWORK_WINDOW: Final = timedelta(days=1)

MOST_COUNTRIES: Final = 4
"""Countries with unused codes that one network asked for within a day, most of all that it asked for: from then on it
is no traveller. An office where people of many countries work uses its codes."""
NEIGHBOURS: Final = 4
NEAR: Final = 20
"""So many numbers with unused codes, at most so far away, within an hour, where most of the range is unused: of 300 new
phones in a row, some are not proven at once."""
RANGE_UNUSED: Final = 5
"""Unused codes within 10,000 numbers and an hour. An organisation whose own phones lie there uses its codes."""
MOSTLY: Final = 0.6
"""The part of what was asked for that must be unused, so that a day on which many register is no attack."""

FLOOR: Final = 10
COLD_FLOOR: Final = 20
"""Unused codes of a country within an hour that are never unusual; the second while too little is known."""
KNOWN_AFTER: Final = 72
"""Hours of a country that must be known before its usual counts."""
HOURS_KEPT: Final = 14 * 24
DEVIATIONS: Final = 6
TO_SIGMA: Final = 1.4826
"""A median of absolute deviations times this estimates a standard deviation of what is normally distributed."""

WEIGHTS: Final[Mapping[Signal, Weight]] = {
    "riskyRange": "certain",
    "manyCountries": "certain",
    "sequentialNumbers": "certain",
    "unusualRange": "certain",
    "unusualCountry": "doubtful",
}
"""An unusual country says nothing about who asks: everybody there would pay for an attack on it."""


@dataclass(frozen=True)
class Tally:
    """Messages of one kind within the time that is looked at: how many were asked for, and how many of them are
    unused, of those that are old enough for that."""

    asked: int = 0
    unused: int = 0

    @property
    def is_mostly_unused(self) -> bool:
        return self.unused >= MOSTLY * self.asked


@dataclass(frozen=True)
class Figures:
    """What is known when a message is asked for.

    `is_risky`: see `ranges`. `countries` are those of unused messages of its network, this one's among them; `suffixes`
    the ends of numbers in its range whose messages are unused; `usual` the unused messages of the country in each hour
    before, the newest last.
    """

    number: str
    is_risky: bool = False
    countries: frozenset[str] = frozenset()
    suffixes: tuple[int, ...] = ()
    network: Tally = Tally()
    range: Tally = Tally()
    country: Tally = Tally()
    usual: tuple[int, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What speaks for pumping, in the order of `Signal`, and what follows."""

    signals: tuple[Signal, ...]
    step: Step


def judged(figures: Figures, rules: Pumping) -> Judgement:
    signals = tuple(signal for signal, holds in _signals(figures).items() if holds)
    weights = {WEIGHTS[signal] for signal in signals}
    weight: Weight = "certain" if "certain" in weights else "doubtful" if weights else "none"
    return Judgement(signals, step_of(weight, rules))


def step_of(weight: Weight, rules: Pumping) -> Step:
    """What policy does with it. What is doubtful is never refused outright: it gets a share."""
    if weight == "none":
        return "send"
    match rules.mode:
        case "observe":
            return "observe"
        case "slow":
            return "share"
    return "refuse" if weight == "certain" else "share"


def is_allowed(number: str, country: str, address: str | None, rules: Pumping) -> bool:
    """Whether the organisation said that this is nothing to wonder at."""
    is_expected = country in rules.allow_countries or number.startswith(rules.allow_numbers)
    return is_expected or (address is not None and rules.allows_address(address))


def threshold(usual: Sequence[int]) -> float:
    """From how many unused messages of a country in an hour on that is unusual: the median of the hours before, and
    six deviations (median absolute deviation, so that an attack does not become the usual)."""
    if len(usual) < KNOWN_AFTER:
        return COLD_FLOOR
    middle = median(usual)
    deviation = TO_SIGMA * median(abs(hour - middle) for hour in usual)
    return max(FLOOR, middle + DEVIATIONS * max(deviation, 1))


def range_of(number: str) -> tuple[str, int]:
    """The 10,000 numbers in which one lies, and where it lies there."""
    return number[:-4], int(number[-4:])


def is_unused(asked_at: datetime, now: datetime, within: timedelta = WINDOW) -> bool:
    """Whether a message whose code was not used is old enough to say something, and not too old."""
    return now - within < asked_at <= now - UNUSED_AFTER


def _signals(figures: Figures) -> dict[Signal, bool]:
    _, suffix = range_of(figures.number)
    near = {other for other in figures.suffixes if 0 < abs(other - suffix) <= NEAR}
    return {
        "riskyRange": figures.is_risky,
        "manyCountries": len(figures.countries) >= MOST_COUNTRIES and figures.network.is_mostly_unused,
        "sequentialNumbers": len(near) >= NEIGHBOURS and figures.range.is_mostly_unused,
        "unusualRange": figures.range.unused >= RANGE_UNUSED and figures.range.is_mostly_unused,
        "unusualCountry": figures.country.unused >= threshold(figures.usual) and figures.country.is_mostly_unused,
    }
