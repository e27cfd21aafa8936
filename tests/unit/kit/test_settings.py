"""A mistake in the settings stops the start with one line that names it."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from services.kit.settings import ServiceSettings, SettingsError, load_settings, refuse_unknown

DEMO = {"ENVIRONMENT": "demo", "KEYRING": "keys.json"}
PRODUCTION = {
    "KEYRING": "keys.json",
    "PUBLIC_URL": "https://id.example",
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "MONGODB_URL": "mongodb://u:hidden@h/?tls=true",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variables and no `.env` of the machine."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SECURITY_INFO_")]:
        monkeypatch.delenv(name)


def loaded(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> ServiceSettings:
    for name, value in variables.items():
        monkeypatch.setenv(f"SECURITY_INFO_{name}", value)
    return load_settings(ServiceSettings)


def test_the_defaults_are_those_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, DEMO)
    assert settings.kafka_url == "127.0.0.1:9092"
    assert settings.mongodb_url.get_secret_value() == "mongodb://127.0.0.1:27017"
    assert settings.public_origin == settings.authenticator_origin == "http://localhost:8000"
    assert settings.callback_origin == "http://127.0.0.1:8030"
    assert settings.topic_prefix == "security-info"
    assert (settings.enrollment_port, settings.notifier_port, settings.verifier_port) == (8000, 8030, 8040)
    assert (settings.northbridge_port, settings.handset_port, settings.smtp_port) == (8010, 8020, 2525)
    assert (settings.kafka_port, settings.mongodb_port) == (9092, 27017)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "SECURITY_INFO_KEYRING: required"),
        (DEMO | {"KAFKA_URI": "x"}, "SECURITY_INFO_KAFKA_URI: no service knows"),
        (DEMO | {"VERIFIER_PORT": "many"}, "SECURITY_INFO_VERIFIER_PORT: "),
        (DEMO | {"VERIFIER_PORT": "70000"}, "SECURITY_INFO_VERIFIER_PORT: "),
        (DEMO | {"PUBLIC_URL": "localhost"}, "SECURITY_INFO_PUBLIC_URL: "),
        (DEMO | {"TOPIC_PREFIX": "a b"}, "SECURITY_INFO_TOPIC_PREFIX: "),
        (DEMO | {"ENVIRONMENT": "test"}, "SECURITY_INFO_ENVIRONMENT: "),
        (DEMO | {"MANAGEMENT_PORT": "0"}, "SECURITY_INFO_MANAGEMENT_PORT: "),
        (PRODUCTION | {"CLOCK_OFFSET": "60"}, "SECURITY_INFO_CLOCK_OFFSET: only for"),
        (PRODUCTION | {"COUNTRY_HEADER": "CF-IPCountry"}, "SECURITY_INFO_COUNTRY_HEADER: without"),
        (PRODUCTION | {"COUNTRY_HEADER": "a b", "TRUSTED_PROXIES": "::1"}, "SECURITY_INFO_COUNTRY_HEADER: "),
        ({"KEYRING": "keys.json"}, "SECURITY_INFO_PUBLIC_URL: must be https"),
        (PRODUCTION | {"AUTHENTICATOR_URL": "http://app.example"}, "SECURITY_INFO_AUTHENTICATOR_URL: must be https"),
        (PRODUCTION | {"KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}, "SECURITY_INFO_KAFKA_SECURITY_PROTOCOL: PLAINTEXT is"),
        (PRODUCTION | {"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"}, "SECURITY_INFO_KAFKA_PLAINTEXT=allowed"),
        (PRODUCTION | {"MONGODB_URL": "mongodb://u:hidden@h"}, "SECURITY_INFO_MONGODB_URL: without TLS"),
        (
            PRODUCTION | {"MONGODB_URL": "mongodb://h/?tls=true&tlsInsecure=true"},
            "SECURITY_INFO_MONGODB_PLAINTEXT=allow",
        ),
    ],
)
def test_a_mistake_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str], message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(monkeypatch, variables)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_production_takes_https_and_no_clock_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(monkeypatch, PRODUCTION)
    assert not settings.is_demo
    assert settings.public_origin == "https://id.example"


def test_kafka_may_be_in_clear_where_the_operator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    meshed = PRODUCTION | {"KAFKA_SECURITY_PROTOCOL": "PLAINTEXT", "KAFKA_PLAINTEXT": "allowed"}
    assert loaded(monkeypatch, meshed).kafka_security_protocol == "PLAINTEXT"


def test_mongodb_may_be_in_clear_where_the_operator_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    meshed = PRODUCTION | {"MONGODB_URL": "mongodb://h", "MONGODB_PLAINTEXT": "allowed"}
    assert loaded(monkeypatch, meshed).mongodb_url.get_secret_value() == "mongodb://h"


def test_the_demo_may_shift_its_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch, DEMO | {"CLOCK_OFFSET": "-60"}).offset.total_seconds() == -60


def test_variables_of_other_programs_and_of_the_configuration_file_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECURITY", "x")
    assert loaded(monkeypatch, DEMO | {"TWILIO_AUTH_TOKEN": "t"}).is_demo


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(loaded(monkeypatch, DEMO | {"MONGODB_URL": "mongodb://u:hidden@h", "KAFKA_PASSWORD": "hidden"}))
    assert "hidden" not in shown


def test_the_first_unknown_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="SECURITY_INFO_B"):
        refuse_unknown({"SECURITY_INFO_A": "", "SECURITY_INFO_C": "", "SECURITY_INFO_B": ""}, ["A"])
