"""What Prometheus learns about documents."""

from prometheus_client import Counter

UNREADABLE = Counter(
    "security_info_documents_unreadable_total",
    "Documents that this version cannot read, each version of one counted once a process.",
    ["collection"],
)
