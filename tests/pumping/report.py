"""docs/pumping.md, written from what was measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.pumping.simulation import Mode, Outcome
from tests.pumping.traffic import Pattern

PATTERNS: Final[Mapping[Pattern, str]] = {
    "row": "adjacent numbers of one country, from 40 networks",
    "countries": "numbers of 30 countries, from two networks",
    "spread": "numbers all over one country, each from a network of its own",
}
PAGE: Final = Path(__file__).parent / "page.md"
"""The page, with places for the figures."""


def written(found: Mapping[Mode, Outcome], *, days: int, seed: int, price: float) -> str:
    """The page. The price is an assumption; all else was counted."""
    attacks = [_attack(pattern, mode, outcome, price) for pattern in PATTERNS for mode, outcome in found.items()]
    refused = [
        f"| `{mode}` | {outcome.stopped(None)} of {outcome.asked[None]:,} ({outcome.share_stopped(None):.3%}) |"
        for mode, outcome in found.items()
    ]
    people = next(iter(found.values())).asked[None]
    return PAGE.read_text("utf-8").format(
        days=days,
        seed=seed,
        people=people,
        price=price,
        attacks="\n".join(attacks),
        people_refused="\n".join(refused),
    )


def _attack(pattern: Pattern, mode: Mode, outcome: Outcome, price: float) -> str:
    stopped, asked = outcome.stopped(pattern), outcome.asked[pattern]
    figures = f"{stopped / asked:.1%} | {asked - stopped} of {asked:,} | {stopped * price:,.0f}"
    return f"| {PATTERNS[pattern]} | `{mode}` | {figures} |"
