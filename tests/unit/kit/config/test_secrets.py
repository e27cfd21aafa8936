"""Secrets of providers are named in the configuration file, and read by the notifier alone."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from services.kit.config.file import ConfigError, SharedConfig, load_config, secrets_written_out
from services.kit.config.production import require_named_secrets
from services.kit.config.providers import SmtpProvider, TwilioProvider
from services.kit.config.secrets import secret_of, with_secrets
from tests.unit.kit.config.test_production import ACCOUNT, SOUND

RELAY = {
    "name": "relay",
    "type": "smtp",
    "host": "mail.northbridge.example",
    "username": "security-info",
    "password": "${SMTP_PASSWORD}",
    "sender": "security-info@northbridge.example",
}


def written(folder: Path, token: str, password: str = "${SMTP_PASSWORD}") -> Path:
    providers = {"sms": [ACCOUNT | {"authToken": token}], "email": [RELAY | {"password": password}]}
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump({**SOUND, "providers": providers}))
    return file


@pytest.mark.parametrize("token", ["${TOKEN}", "env:TOKEN", "file:/run/secrets/token"])
def test_a_secret_that_is_named_passes(tmp_path: Path, token: str) -> None:
    require_named_secrets(written(tmp_path, token))


@pytest.mark.parametrize("token", ["s3cret", "${TOKEN:-s3cret}", "s3cret env:TOKEN", "s3cret${TOKEN}"])
def test_a_secret_that_is_written_out_is_refused_and_not_repeated(tmp_path: Path, token: str) -> None:
    file = written(tmp_path, token, "s3cret, too")
    assert secrets_written_out(file) == ["providers.email.0.password", "providers.sms.0.authToken"]
    with pytest.raises(ConfigError, match=r"providers\.email\.0\.password is a secret and is not") as refused:
        require_named_secrets(file)
    assert "s3cret" not in str(refused.value)


def test_what_a_provider_from_outside_reads_is_its_own_affair(tmp_path: Path) -> None:
    """`env:` and `file:` mean nothing in its options; it has `secrets` for them."""
    ours = {"name": "acme", "type": "plugin", "factory": "acme.texts:made", "options": {"password": "of a door"}}
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump({**SOUND, "providers": {"sms": [ours]}}))
    require_named_secrets(file)


def test_what_is_named_is_read_where_it_is_needed(tmp_path: Path) -> None:
    def resolve(reference: str) -> SecretStr:
        return SecretStr(f"of {reference}")

    file = written(tmp_path, "env:TOKEN", "file:/run/secrets/smtp")
    config = with_secrets(load_config(SharedConfig, file, {}), resolve)
    assert opened(config) == ["of env:TOKEN", "of file:/run/secrets/smtp"]


def test_what_a_variable_holds_stays_as_it_is(tmp_path: Path) -> None:
    def resolve(reference: str) -> Any:
        raise AssertionError(reference)

    known = {"TOKEN": "a-token", "SMTP_PASSWORD": "a password"}
    config = with_secrets(load_config(SharedConfig, written(tmp_path, "${TOKEN}"), known), resolve)
    assert opened(config) == ["a-token", "a password"]


def test_a_variable_may_say_where_the_secret_is(tmp_path: Path) -> None:
    known = {"TOKEN": "a-token", "SMTP_PASSWORD": "file:/run/secrets/smtp"}
    config = load_config(SharedConfig, written(tmp_path, "${TOKEN}"), known)
    assert opened(with_secrets(config, lambda where: SecretStr(f"of {where}"))) == [
        "a-token",
        "of file:/run/secrets/smtp",
    ]


def opened(config: SharedConfig) -> list[str]:
    (text,), (mail,) = config.providers.sms, config.providers.email
    assert isinstance(text, TwilioProvider)
    assert isinstance(mail, SmtpProvider)
    assert mail.password is not None
    return [text.auth_token.get_secret_value(), mail.password.get_secret_value()]


def test_a_reference_leads_to_a_variable_or_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "of:a:provider"
    file.write_text(" s3crét\n", "utf-8")
    assert secret_of("env:TOKEN", {"TOKEN": "s3cret"}).get_secret_value() == "s3cret"
    assert secret_of(f"file:{file}", {}).get_secret_value() == "s3crét"


def test_a_reference_to_nothing_is_one_line_that_names_it(tmp_path: Path) -> None:
    missing, empty, binary = (tmp_path / name for name in ("missing", "empty", "binary"))
    empty.write_text("\n", "utf-8")
    binary.write_bytes(b"\xff\xfe")
    for reference, says in (
        ("env:TOKEN", "^TOKEN: the configuration file names it"),
        (f"file:{missing}", f"the secret file:{missing} cannot be read"),
        (f"file:{binary}", f"the secret file:{binary} cannot be read"),
        (f"file:{empty}", f"the secret file:{empty} is empty"),
    ):
        with pytest.raises(ConfigError, match=says) as refused:
            secret_of(reference, {"TOKEN": ""})
        assert "\n" not in str(refused.value)
