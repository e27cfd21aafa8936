"""Which providers carry a message, in which order, and whose turn it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.notifier.domain.breakers import Standing

Route = tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """An order of providers for some organisations, some countries, or both; none named: for all."""

    providers: Route
    tenants: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()

    def holds_for(self, tenant: str, country: str | None) -> bool:
        return (not self.tenants or tenant in self.tenants) and (not self.countries or country in self.countries)


def route_of(rules: Sequence[Rule], everyone: Route, *, tenant: str, country: str | None) -> Route:
    """The first rule that holds says it; without one, all providers of the channel in their order."""
    return next((rule.providers for rule in rules if rule.holds_for(tenant, country)), everyone)


def choose(route: Route, standing: Callable[[str], Standing], *, current: str | None = None) -> str:
    """Whose turn it is, from `current` on: the first that works or may be probed. Where none does, one that is only
    thought to fail is tried all the same; one that asked for a pause is left alone before all."""
    start = route.index(current) if current in route else 0
    order = route[start:] + route[:start]
    wanted: tuple[frozenset[Standing], ...] = (frozenset({"closed", "due"}), frozenset({"open"}))
    fit = (name for standings in wanted for name in order if standing(name) in standings)
    return next(fit, order[0])
