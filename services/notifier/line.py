"""A channel with those who carry its messages, and in which order."""

from dataclasses import dataclass

from services.notifier.channels.base import Channel
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.routing import Route, Rule, route_of
from services.notifier.providers.base import Provider


@dataclass(frozen=True)
class Line:
    """`rules` give some organisations or countries an order of their own."""

    channel: Channel
    providers: tuple[Provider, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def route(self) -> Route:
        return tuple(provider.name for provider in self.providers)

    @property
    def reaches_numbers(self) -> bool:
        """Whether its destinations may be phone numbers, so that countries mean something."""
        return self.channel.is_limited

    def route_of(self, delivery: Delivery) -> Route:
        """Who may carry it, in order."""
        return route_of(self.rules, self.route, tenant=delivery.tenant, country=delivery.country)
