"""The files that operators deploy with say what the code says."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy.local.topics import FILE, as_yaml
from services.kit.settings import NOT_READ_BY_SERVICES, PREFIX, ServiceSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """deploy/compose.yaml with its anchors and merges resolved."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    return content


def test_the_topics_file_is_current() -> None:
    assert FILE.read_text("utf-8") == as_yaml(), "run `make topics`"


def test_the_compose_file_is_valid(compose: dict[str, Any]) -> None:
    parsed = PyCompose.from_json(json.dumps(compose))

    parsed.validate()


def test_a_misspelt_compose_file_would_not_be(compose: dict[str, Any]) -> None:
    misspelt = {**compose, "services": {"enrollment": {"image": "x", "comand": "y"}}}

    with pytest.raises(ValueError, match="comand"):
        PyCompose.from_json(json.dumps(misspelt))


def test_every_variable_in_the_compose_file_is_known_to_the_services(compose: dict[str, Any]) -> None:
    known = {PREFIX + name.upper() for name in ServiceSettings.model_fields} | {
        PREFIX + name for name in NOT_READ_BY_SERVICES
    }
    used = {
        name
        for service in compose["services"].values()
        for name in service.get("environment", {})
        if name.startswith(PREFIX)
    }

    assert used - known == set()


def test_each_service_gets_only_its_own_keyring(compose: dict[str, Any]) -> None:
    keyrings = {name: service.get("secrets", []) for name, service in compose["services"].items()}

    assert {name: [secret["source"] for secret in secrets] for name, secrets in keyrings.items() if secrets} == {
        "enrollment": ["enrollment-keyring"],
        "verifier": ["verifier-keyring"],
        "notifier-sms": ["notifier-keyring"],
        "notifier-push": ["notifier-keyring"],
        "notifier-voice": ["notifier-keyring"],
        "notifier-email": ["notifier-keyring"],
    }


def test_whatever_stays_up_is_checked_for_health(compose: dict[str, Any]) -> None:
    unchecked = [name for name, service in compose["services"].items() if "healthcheck" not in service]

    assert unchecked == ["topics"]


def test_only_loopback_is_published_and_the_servers_are_out_of_reach(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert all(port.startswith("127.0.0.1:") for port in published)
    assert compose["networks"]["servers"]["internal"] is True
    assert compose["services"]["kafka"]["networks"] == compose["services"]["mongodb"]["networks"] == ["servers"]


def test_the_image_runs_as_nobody_special() -> None:
    stages = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").split("\nFROM ")

    assert len(stages) == 4
    assert "USER 10001:10001" in stages[-1]
