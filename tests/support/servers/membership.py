"""Taking a killed process out of its groups, as Kafka does by itself once its session is over, 10 s later.

Whoever kills a process again and again would wait for that most of the time: a group gives nothing to anybody while it
waits for a member. Where it is the point that another replica takes over, the session is waited for.
"""

from collections.abc import Callable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import DescribeGroupsRequest_v0, DescribeGroupsRequest_v1, DescribeGroupsRequest_v2
from aiokafka.protocol.api import Request
from aiokafka.protocol.group import LeaveGroupRequest

from deploy.local import health
from deploy.local.stack import LocalStack

ASKED_WITHIN_MS = 5_000


class MembersRequest(Request[DescribeGroupsRequest_v0 | DescribeGroupsRequest_v1 | DescribeGroupsRequest_v2]):  # type: ignore[misc]  # aiokafka has no types
    """Who is in a group. aiokafka 0.14 reads the answer to its own request of version 3 as if it were one of 2."""

    API_KEY = DescribeGroupsRequest_v0.API_KEY

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: Callable[[list[str]], Any]) -> Any:
        return request_struct_class([self._group])


def dismiss(stack: LocalStack, service: str) -> bool:
    """Let all members of a service leave, none of which lives; whether Kafka could be told."""
    try:
        health.outside_loop(dismissed(stack.kafka_url, stack.topic_prefix, service))
    except (KafkaError, OSError, TimeoutError):
        return False
    return True


async def dismissed(kafka_url: str, prefix: str, service: str) -> None:
    """Let all members of a service leave, none of which lives.

    Raises:
        KafkaError: Kafka could not be told.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url, request_timeout_ms=ASKED_WITHIN_MS)
    try:
        await admin.start()
        for group, *_ in await admin.list_consumer_groups():
            if group.startswith(f"{prefix}.{service}"):
                await _empty(admin, group, f"security-info-{service}")
    finally:
        await admin.close()


async def _empty(admin: AIOKafkaAdminClient, group: str, client_id: str) -> None:
    coordinator = await admin.find_coordinator(group)
    answer = await admin._send_request_to_node(coordinator, MembersRequest(group))
    for described in answer.groups:
        for member, client, *_ in described[-1]:
            if client == client_id:
                await admin._send_request_to_node(coordinator, LeaveGroupRequest(group, member))
