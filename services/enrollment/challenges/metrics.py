"""What Prometheus learns about challenges."""

from prometheus_client import Counter

from services.enrollment.challenges.domain.challenge import Challenge

USED = Counter(
    "security_info_messages_used_total",
    "Messages whose code, key or request proved something in time, by who carried the newest one.",
    ["channel", "provider", "country"],
)
ARRIVING = frozenset({"sent", "delivered"})


def count_use(challenge: Challenge) -> None:
    """A challenge was answered rightly: count its message, if a provider carried one."""
    delivery = challenge.delivery
    if delivery.provider and delivery.state in ARRIVING:
        USED.labels(challenge.channel, delivery.provider, delivery.country or "none").inc()
