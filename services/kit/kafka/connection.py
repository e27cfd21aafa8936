"""How to reach Kafka: the settings in the terms of the clients."""

import ssl
from pathlib import Path
from typing import Any

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from services.kit.settings import ServiceSettings, SettingsError

MECHANISMS = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def servers(settings: ServiceSettings) -> list[str]:
    return [server.strip() for server in settings.kafka_url.split(",") if server.strip()]


def security(settings: ServiceSettings) -> BaseSecurity:
    """TLS and SASL as FastStream wants them.

    Raises:
        SettingsError: SASL without a user name or password, or certificates that cannot be read.
    """
    encrypted = settings.kafka_security_protocol.endswith("SSL")
    context = _trusting(settings.kafka_ca_file) if encrypted else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context, use_ssl=encrypted)
    if settings.kafka_username is None or settings.kafka_password is None:
        raise SettingsError("SECURITY_INFO_KAFKA_USERNAME and SECURITY_INFO_KAFKA_PASSWORD: SASL needs both")
    mechanism = MECHANISMS[settings.kafka_sasl_mechanism]
    return mechanism(
        settings.kafka_username, settings.kafka_password.get_secret_value(), ssl_context=context, use_ssl=encrypted
    )


def _trusting(certificates: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=certificates)
    except OSError as error:  # SSLError is one
        raise SettingsError(
            f"SECURITY_INFO_KAFKA_CA_FILE: {certificates}: no certificates can be read there ({type(error).__name__})"
        ) from None


RETRY_BACKOFF_MS = 50
"""Until a client asks again that was refused, for instance because a partition has no leader yet: half of what is
usual, for at Kafka's return several such waits come one after the other, and people wait for their end."""


def client_options(settings: ServiceSettings, client_id: str) -> dict[str, Any]:
    return {
        "bootstrap_servers": servers(settings),
        "client_id": client_id,
        "retry_backoff_ms": RETRY_BACKOFF_MS,
        **parse_security(security(settings)),
    }
