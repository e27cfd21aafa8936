"""What Prometheus learns about documents and their outboxes."""

from prometheus_client import Counter, Gauge

WAITING = Gauge("security_info_outbox_waiting", "Events of this process that are committed and not on Kafka yet.")
REFUSED = Counter(
    "security_info_outbox_refused_total",
    "Events that are too large for Kafka and were put aside in their document.",
    ["type"],
)
UNREADABLE = Counter(
    "security_info_documents_unreadable_total",
    "Documents that this version cannot read, each version of one counted once a process.",
    ["collection"],
)
