"""The configuration file is closed, expanded from the environment, and wrong in one line."""

from pathlib import Path

import pytest

from services.kit.config import ConfigError, load_config

MINIMAL = """
tenants:
  northbridge:
    displayName: Northbridge
    groups:
      everyone: {}
      frontline: {required: [phone], allowed: [phone]}
    defaultGroup: everyone
clients:
  northbridge:
    issuer: northbridge
    tenants: [northbridge]
    jwksUrl: "${JWKS:-http://127.0.0.1:8010/jwks.json}"
    returnUrls: ["http://127.0.0.1:8010/"]
"""

PROVIDERS = """
providers:
  sms:
    - name: twilio-a
      type: twilio
      baseUrl: http://127.0.0.1:8020/twilio-a
      accountSid: AC00000000000000000000000000000001
      authToken: "${AUTH_TOKEN}"
      sender: Northbridge
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "config.yaml"
    file.write_text(text)
    return file


def test_variables_are_taken_from_the_environment_or_have_their_default(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL)
    assert str(load_config(file, {}).clients["northbridge"].jwks_url) == "http://127.0.0.1:8010/jwks.json"
    given = load_config(file, {"JWKS": "https://id.example/jwks"})
    assert str(given.clients["northbridge"].jwks_url) == "https://id.example/jwks"


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="AUTH_TOKEN"):
        load_config(written(tmp_path, MINIMAL + PROVIDERS), {})


def test_a_secret_does_not_show(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, MINIMAL + PROVIDERS), {"AUTH_TOKEN": "hidden-token"})
    assert config.providers.sms[0].auth_token.get_secret_value() == "hidden-token"
    assert "hidden-token" not in repr(config)


def test_a_person_has_the_policy_of_the_first_group_that_has_one(tmp_path: Path) -> None:
    tenant = load_config(written(tmp_path, MINIMAL), {}).tenant("northbridge")
    assert tenant.policy_for(("nobody", "frontline")).required == ("phone",)
    assert tenant.policy_for(()).required == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tenants: [", "line"),
        (MINIMAL.replace("displayName", "displayNme"), "tenants.northbridge"),
        (MINIMAL.replace("[phone], allowed", "[fax], allowed"), "tenants.northbridge.groups.frontline.required"),
        (MINIMAL + "surprise: 1\n", "surprise"),
        ("", "config.yaml"),
    ],
)
def test_a_mistake_is_placed_in_one_line(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, text), {})
    assert "SECURITY_INFO_CONFIG" in str(caught.value)
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml"):
        load_config(tmp_path / "absent.yaml", {})
