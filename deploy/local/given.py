"""The settings that the person gives: `.env`, overridden by the environment, as the services read them."""

import os
from pathlib import Path

from dotenv import dotenv_values

from deploy.local.places import ROOT
from deploy.local.ports import PREFIX

SERVERS = ("SECURITY_INFO_KAFKA_URL", "SECURITY_INFO_MONGODB_URL")
"""With these given, the launcher uses those servers and starts none."""


def given_settings(dotenv: Path = ROOT / ".env") -> dict[str, str]:
    """All variables with the prefix."""
    return {
        name: value
        for name, value in {**dotenv_values(dotenv), **os.environ}.items()
        if name.startswith(PREFIX) and value is not None
    }


def given_servers() -> dict[str, str]:
    """Only which servers to use: what the tests, whose ports and homes are their own, take over."""
    return {name: value for name, value in given_settings().items() if name in SERVERS}
