"""What each account may do at Kafka, read off the table of topics, so that the two never differ.

Reading or writing a topic lets one see that it is there, altering its settings lets one read them: neither is listed.
All else that is not listed is denied (`allow.everyone.if.no.acl.found=false`, Kafka's default).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.topics import DEAD_LETTERS, LIFECYCLE, TOPICS, Service, Topic, full_name, group_of

Account = Service | Literal["topics", "watcher", "replayer", "redactor"]
Resource = Literal["topic", "group"]
Pattern = Literal["literal", "prefixed"]
Operation = Literal["Read", "Write", "Create", "Delete", "Describe", "AlterConfigs"]

EVERY_GROUP = "*"

COMMANDS: dict[Account, str] = {
    "enrollment": "serve enrollment",
    "notifier": "serve notifier",
    "verifier": "serve verifier",
    "topics": "topics ensure",
    "watcher": "events tail, events user, events rebuild, dead-letters list, dead-letters show",
    "replayer": "dead-letters replay",
    "redactor": "events redact, while the services are stopped; take the account away again afterwards",
}
"""What each account is for. `topics grant` has none here: who gives rights can give themselves all of them."""


@dataclass(frozen=True)
class Right:
    """An operation that an account may do on a topic or a consumer group, or on those whose names begin so."""

    account: str
    resource: Resource
    pattern: Pattern
    name: str
    operation: Operation


def account_name(prefix: str, account: Account) -> str:
    """As Kafka knows an account: the user name of SASL, or what `ssl.principal.mapping.rules` make of a certificate."""
    return f"{prefix}-{account}"


def all_rights(prefix: str) -> tuple[Right, ...]:
    return tuple(right for account in COMMANDS for right in rights_of(account, prefix))


def rights_of(account: Account, prefix: str) -> tuple[Right, ...]:
    """All that an account may do, by topic and then by group."""
    return tuple(_rights_of(account, prefix, account_name(prefix, account)))


def _rights_of(account: Account, prefix: str, name: str) -> Iterator[Right]:
    match account:
        case "enrollment" | "notifier" | "verifier":
            yield from _on(name, prefix, (topic for topic in TOPICS if account in topic.consumers), "Read")
            yield from _on(name, prefix, (topic for topic in TOPICS if account in topic.producers), "Write")
            group = group_of(prefix, account)
            yield Right(name, "group", "literal", group, "Read")
            yield Right(name, "group", "prefixed", f"{group}.", "Read")
        case "topics":
            yield from _on(name, prefix, TOPICS, "Create", "Describe", "AlterConfigs")
        case "watcher":
            yield from _on(name, prefix, TOPICS, "Read")
        case "replayer":
            yield from _on(name, prefix, TOPICS, "Read")
            yield from _on(name, prefix, (topic for topic in TOPICS if topic is not DEAD_LETTERS), "Write")
        case "redactor":
            yield from _on(name, prefix, [LIFECYCLE], "Read", "Write", "Delete", "AlterConfigs")
            # It moves whatever group reads the topic, also those of platforms, and must see that there are no others.
            yield Right(name, "group", "literal", EVERY_GROUP, "Read")


def _on(account: str, prefix: str, topics: Iterable[Topic], *operations: Operation) -> Iterator[Right]:
    for topic in topics:
        for operation in operations:
            yield Right(account, "topic", "literal", full_name(prefix, topic), operation)
