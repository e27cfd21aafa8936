"""How the launcher itself reaches Kafka: as the services do, with TLS and SASL where those are given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.kit.kafka.connection import client_options
from services.kit.settings import PREFIX, ServiceSettings


def kafka_options(settings: Mapping[str, str]) -> dict[str, Any]:
    """aiokafka's keyword arguments for variables as the services get them."""
    given: dict[str, Any] = {name.removeprefix(PREFIX).lower(): value for name, value in settings.items()}
    return client_options(ServiceSettings(**{**given, "keyring": Path()}, _env_file=None), "security-info-launcher")
