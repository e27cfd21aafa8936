"""Methods that can be set up, as pages offer them: the most secure first."""

from collections.abc import Callable, Iterable

from schemas.base import MethodType
from services.enrollment.challenges.domain.challenge import PhoneType
from services.enrollment.methods.registry.domain import DEFAULT_STANDING, MOST_SECURE_FIRST
from services.enrollment.methods.registry.words import WORDS
from services.enrollment.web.views import MethodChoice

Offered = tuple[MethodType, PhoneType | None]
"""A method, and of a phone which kind."""

BEST = max(DEFAULT_STANDING.values())


def to_set_up(
    offered: Iterable[Offered], value: Callable[[Offered], str] = lambda one: one[0]
) -> tuple[MethodChoice, ...]:
    """In the order of their strength. The first is recommended where it is one of the best: among phone and email
    there is nothing to recommend, and of one alone neither."""
    ordered = sorted(offered, key=lambda one: MOST_SECURE_FIRST.index(one[0]))
    return tuple(
        _choice(one, value(one), recommended=at == 0 and len(ordered) > 1 and DEFAULT_STANDING.get(one[0]) == BEST)
        for at, one in enumerate(ordered)
    )


def _choice(offered: Offered, value: str, *, recommended: bool) -> MethodChoice:
    name = WORDS[offered[0]].name_of(offered[1])
    return MethodChoice(value, name.label, name.set_up, offered[0], recommended)
