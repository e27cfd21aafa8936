"""What stops a start, in one line."""

from pathlib import Path

import pytest

from services.kit.kafka.connection import security
from services.kit.settings import SettingsError
from tests.support.servers.kafka import settings_for


@pytest.mark.parametrize("file", [Path("/absent.pem"), Path(__file__)])
def test_certificates_that_cannot_be_read_are_named(file: Path) -> None:
    encrypted = {"kafka_security_protocol": "SSL", "kafka_ca_file": file}
    with pytest.raises(SettingsError, match=f"SECURITY_INFO_KAFKA_CA_FILE: {file}"):
        security(settings_for("127.0.0.1:1", "unused").model_copy(update=encrypted))


def test_an_account_needs_a_password() -> None:
    nameless = {"kafka_security_protocol": "SASL_PLAINTEXT", "kafka_username": "security-info-enrollment"}
    with pytest.raises(SettingsError, match="SECURITY_INFO_KAFKA_PASSWORD"):
        security(settings_for("127.0.0.1:1", "unused").model_copy(update=nameless))
