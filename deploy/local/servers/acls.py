"""The accounts of `schemas/rights.py` and their rights, written down for operators in `deploy/kafka-acls.yaml`."""

from itertools import groupby
from typing import Any

import yaml

from deploy.local.places import ROOT
from deploy.local.servers.topics import DEFAULT_PREFIX
from schemas.rights import COMMANDS, Account, Right, account_name, rights_of

FILE = ROOT / "deploy" / "kafka-acls.yaml"
HEADER = """\
# Generated from schemas/topics.py and schemas/rights.py by `python -m deploy.local topics`; do not edit.
# `security-info topics grant` gives these rights; the shape of `acls` is that of Strimzi's KafkaUser. Names begin with
# SECURITY_INFO_TOPIC_PREFIX. Everything else is denied; a platform that reads `lifecycle` gets an account of its own.
"""


def as_yaml() -> str:
    return HEADER + yaml.safe_dump(
        {"accounts": [_described(account) for account in COMMANDS]}, sort_keys=False, width=120, default_flow_style=None
    )


def _described(account: Account) -> dict[str, Any]:
    rights = sorted(rights_of(account, DEFAULT_PREFIX), key=_resource)
    return {
        "name": account_name(DEFAULT_PREFIX, account),
        "for": COMMANDS[account],
        "acls": [
            {
                "resource": {"type": kind, "name": name, "patternType": pattern.replace("prefixed", "prefix")},
                "operations": [right.operation for right in of_resource],
            }
            for (kind, name, pattern), of_resource in groupby(rights, _resource)
        ],
    }


def _resource(right: Right) -> tuple[str, str, str]:
    return right.resource, right.name, right.pattern
