"""Rights in the words of Kafka's protocol: pure."""

from collections.abc import Mapping, Set
from typing import Final

from schemas.rights import Operation, Pattern, Resource, Right

# Codes of AclOperation, ResourceType, PatternType and AclPermissionType of Kafka's clients.
OPERATIONS: Final[Mapping[Operation, int]] = {
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Delete": 6,
    "Describe": 8,
    "AlterConfigs": 11,
}
RESOURCES: Final[Mapping[Resource, int]] = {"topic": 2, "group": 3}
PATTERNS: Final[Mapping[Pattern, int]] = {"literal": 3, "prefixed": 4}
ANY: Final = 1
ALLOW: Final = 3
EVERYWHERE: Final = "*"

Rule = tuple[int, str, int, str, str, int, int]
"""Resource, its name, pattern, principal, host, operation, permission: in the order of Kafka's requests."""


def rule_of(right: Right) -> Rule:
    """The rule that gives a right, from whatever host."""
    resource, pattern, operation = RESOURCES[right.resource], PATTERNS[right.pattern], OPERATIONS[right.operation]
    return resource, right.name, pattern, principal(right.account), EVERYWHERE, operation, ALLOW


def principal(account: str) -> str:
    return f"User:{account}"


def by_account(rules: Set[Rule]) -> dict[str, int]:
    """How many rules each account has among these; none that has no rule."""
    accounts = [rule[3].removeprefix("User:") for rule in rules]
    return {account: accounts.count(account) for account in sorted(set(accounts))}
