"""Access rules at Kafka: as much as the table of topics says, and no more."""

from typing import get_args

import pytest

from schemas.rights import COMMANDS, Right, all_rights, rights_of
from schemas.topics import DEAD_LETTERS, TOPICS, Service, full_name

SERVICES = get_args(Service)


def topics_with(rights: tuple[Right, ...], operation: str) -> set[str]:
    return {right.name for right in rights if (right.resource, right.operation) == ("topic", operation)}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_and_writes_what_the_table_says_and_does_nothing_else(service: Service) -> None:
    rights = rights_of(service, "p")
    assert topics_with(rights, "Read") == {full_name("p", topic) for topic in TOPICS if service in topic.consumers}
    assert topics_with(rights, "Write") == {full_name("p", topic) for topic in TOPICS if service in topic.producers}
    assert {right.operation for right in rights} == {"Read", "Write"}
    assert full_name("p", DEAD_LETTERS) not in topics_with(rights, "Read")


def test_no_group_of_one_service_is_anothers() -> None:
    groups = [right for right in all_rights("p") if right.resource == "group" and right.name != "*"]
    assert {(right.account, right.pattern, right.name) for right in groups} == {
        ("p-enrollment", "literal", "p.enrollment"),
        ("p-enrollment", "prefixed", "p.enrollment."),
        ("p-notifier", "literal", "p.notifier"),
        ("p-notifier", "prefixed", "p.notifier."),
        ("p-verifier", "literal", "p.verifier"),
        ("p-verifier", "prefixed", "p.verifier."),
    }


def test_only_who_must_move_the_groups_of_others_may_touch_them() -> None:
    assert {right.account for right in all_rights("p") if right.name == "*"} == {"p-redactor"}


def test_who_watches_writes_nothing_and_who_makes_topics_reads_none() -> None:
    assert {right.operation for right in rights_of("watcher", "p")} == {"Read"}
    assert topics_with(rights_of("topics", "p"), "Read") == topics_with(rights_of("topics", "p"), "Write") == set()


def test_a_replay_writes_no_dead_letter() -> None:
    everything = {full_name("p", topic) for topic in TOPICS}
    assert topics_with(rights_of("replayer", "p"), "Write") == everything - {"p.dead-letters"}


def test_installations_beside_one_another_share_nothing() -> None:
    one, other = ({right.account for right in all_rights(prefix)} for prefix in ("a", "b"))
    assert len(one) == len(COMMANDS)
    assert not one & other
