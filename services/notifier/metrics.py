"""What Prometheus learns about deliveries."""

from prometheus_client import Counter, Gauge, Histogram

DELIVERIES = Counter(
    "security_info_deliveries_total",
    "Deliveries by channel, provider and outcome: sent, delivered, cancelled, or a reason of failure or refusal.",
    ["channel", "provider", "outcome"],
)
MESSAGES = Counter(
    "security_info_messages_total",
    "Messages by what became of them: sent, delivered (as the provider reports). Enrollment counts what is used.",
    ["channel", "provider", "country", "stage"],
)
PROVIDER_CALLS = Counter(
    "security_info_provider_calls_total",
    "Calls to providers by result: accepted, found, absent, permanent, throttled, transient, unknown, failed.",
    ["channel", "provider", "call", "result"],
)
PROVIDER_SECONDS = Histogram(
    "security_info_provider_call_seconds",
    "Time that a call to a provider took, whatever its result.",
    ["channel", "provider", "call"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5),
)
SENT_AFTER = Histogram(
    "security_info_delivery_sent_seconds",
    "Time from the request to a provider's acceptance.",
    ["channel", "provider"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300),
)
REPEATED = Counter(
    "security_info_deliveries_repeated_total",
    "Messages sent once more because the outcome of an earlier call is unknown.",
    ["channel", "provider"],
)
QUEUED = Gauge(
    "security_info_deliveries_queued",
    "Deliveries that wait or are being sent.",
    ["channel", "provider"],
)
SIM_CHECKS = Counter(
    "security_info_sim_checks_total",
    "Checks whether a SIM card was changed, by result: swapped, unchanged, unknown, failed, skipped (after failures).",
    ["result"],
)
CALLBACKS = Counter(
    "security_info_provider_callbacks_total",
    "Status callbacks of providers by result: taken, forged, unknown (delivery or status).",
    ["provider", "result"],
)
PROVIDER_AVAILABLE = Gauge(
    "security_info_provider_available",
    "Whether a provider is given messages: 0 while it is left alone after failures, or because it asked for it.",
    ["provider"],
)


def count_message(channel: str, provider: str, country: str | None, stage: str) -> None:
    """One message more came so far; `country` is that of its number, if it has one."""
    MESSAGES.labels(channel, provider, country or "none", stage).inc()
