"""What Prometheus learns about events."""

from prometheus_client import Counter, Gauge, Histogram

CONSUMED = Counter(
    "security_info_events_consumed_total",
    "Records consumed, by outcome: handled, unhandled, unknown (type), dead (letter); without a group also dropped, or "
    "skipped (nobody waits for it).",
    ["topic", "type", "outcome"],
)
HANDLER_SECONDS = Histogram(
    "security_info_event_handler_seconds",
    "Time that a handler took for one event, tries and pauses included.",
    ["type"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
HANDLER_RETRIES = Counter(
    "security_info_event_handler_retries_total",
    "Tries of a handler that failed and were repeated, by cause: dependency or record.",
    ["type", "cause"],
)
DEAD_LETTERS = Counter(
    "security_info_dead_letters_total",
    "Records put on the dead-letter topic, by the topic they came from and by reason.",
    ["topic", "reason"],
)
PUBLISH_SECONDS = Histogram(
    "security_info_event_publish_seconds",
    "Time until all in-sync replicas had a published record.",
    ["topic"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
PUBLISH_FAILURES = Counter(
    "security_info_event_publish_failures_total",
    "Publishes that failed or missed their deadline; the caller tries again.",
    ["topic"],
)
PRODUCERS_REPLACED = Counter(
    "security_info_kafka_producers_replaced_total",
    "Producers given up because they were stuck or broken.",
)
IN_FLIGHT = Gauge(
    "security_info_consumer_records_in_flight",
    "Records taken from Kafka and not finished, by consumer group.",
    ["group"],
)
LAG = Gauge(
    "security_info_consumer_records_waiting",
    "Records on Kafka that this replica has not read of its partitions, by consumer group, as Kafka told it last.",
    ["group"],
)
CONNECTED = Gauge("security_info_kafka_connected", "1 while Kafka answers, else 0.")
