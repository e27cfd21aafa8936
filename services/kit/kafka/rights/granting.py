"""Gives the accounts of `schemas.rights` their rights at Kafka, and takes away what they have beyond them."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import ClusterAuthorizationFailedError, SecurityDisabled, for_code
from aiokafka.protocol.admin import (
    CreateAclsRequest_v1,
    DeleteAclsRequest_v1,
    DescribeAclsRequest,
)
from aiokafka.protocol.api import Request

from schemas.rights import COMMANDS, account_name, all_rights
from services.kit.kafka.connection import client_options
from services.kit.kafka.rights.rules import ALLOW, ANY, Rule, by_account, principal, rule_of
from services.kit.settings import ServiceSettings


class GrantError(Exception):
    """Kafka does not let rights be given; the message says why and what to do."""


@dataclass(frozen=True)
class Granted:
    """How many rights were given and taken, by account."""

    given: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)


class _CreateRules(Request[CreateAclsRequest_v1]):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's own request creates one rule at a time."""

    API_KEY = CreateAclsRequest_v1.API_KEY

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules

    def build(self, request_struct_class: type[CreateAclsRequest_v1]) -> CreateAclsRequest_v1:
        return request_struct_class(list(self._rules))


class _DeleteRules(Request[DeleteAclsRequest_v1]):  # type: ignore[misc]  # aiokafka has no types
    """The same for taking away: each rule is a filter that only itself passes."""

    API_KEY = DeleteAclsRequest_v1.API_KEY

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules

    def build(self, request_struct_class: type[DeleteAclsRequest_v1]) -> DeleteAclsRequest_v1:
        return request_struct_class(list(self._rules))


async def grant(settings: ServiceSettings, *, keep: bool = False) -> Granted:
    """Let each account have its rights and, unless they `keep` what is more, no other. Safe to repeat; accounts of
    others, and what is denied to ours, stay.

    What is new is given before what is too much is taken, so that nobody is without a right that they need.

    Raises:
        GrantError: Kafka checks no rights, or this account may not give any.
        KafkaError: Kafka does not answer, or refuses.
    """
    prefix = settings.topic_prefix
    wanted = {rule_of(right) for right in all_rights(prefix)}
    admin = AIOKafkaAdminClient(**client_options(settings, "security-info-cli"))
    await admin.start()
    try:
        present: set[Rule] = set()
        for account in COMMANDS:
            present |= await _rules_of(admin, principal(account_name(prefix, account)))
        await _create(admin, wanted - present)
        surplus = set() if keep else present - wanted
        await _delete(admin, surplus)
    except SecurityDisabled:
        raise GrantError("this Kafka checks no rights: set authorizer.class.name on its brokers first") from None
    except ClusterAuthorizationFailedError:
        raise GrantError(
            "the account in SECURITY_INFO_KAFKA_USERNAME may not give rights: use one with Alter and Describe on the "
            "cluster"
        ) from None
    finally:
        await admin.close()
    return Granted(by_account(wanted - present), by_account(surplus))


async def _rules_of(admin: AIOKafkaAdminClient, account: str) -> set[Rule]:
    """What is allowed to an account, from whatever host."""
    answer = await _sent(admin, DescribeAclsRequest(ANY, None, ANY, account, None, ANY, ALLOW))
    _raise_for(answer.error_code)
    return {(resource, name, pattern, *rule) for resource, name, pattern, rules in answer.resources for rule in rules}


async def _create(admin: AIOKafkaAdminClient, rules: Set[Rule]) -> None:
    if rules:
        for code, _ in (await _sent(admin, _CreateRules(sorted(rules)))).creation_responses:
            _raise_for(code)


async def _delete(admin: AIOKafkaAdminClient, rules: Set[Rule]) -> None:
    if rules:
        for code, *_ in (await _sent(admin, _DeleteRules(sorted(rules)))).filter_responses:
            _raise_for(code)


async def _sent(admin: AIOKafkaAdminClient, request: Any) -> Any:
    return await admin._send_request(request)  # noqa: SLF001 # aiokafka's client of administrators knows no rights


def _raise_for(code: int) -> None:
    if code:
        raise for_code(code)
