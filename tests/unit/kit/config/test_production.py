"""Outside the demo, a configuration that is made for it stops the start with one line."""

from pathlib import Path

import pytest
import yaml

from services.kit.config.file import ConfigError, SharedConfig, load_config
from services.kit.config.production import config_of, require_production
from services.kit.settings import ServiceSettings

ROOT = Path(__file__).parents[4]
DEMO = ROOT / "deploy" / "demo" / "config.yaml"

ACCOUNT = {
    "name": "twilio-a",
    "type": "twilio",
    "baseUrl": "https://api.twilio.com",
    "accountSid": "AC00000000000000000000000000000001",
    "authToken": "a-token",
    "sender": "Northbridge",
}
META = {
    "name": "meta",
    "type": "whatsapp",
    "phoneNumberId": "105954558954427",
    "accessToken": "env:META_TOKEN",
    "appSecret": "env:META_SECRET",
    "verifyToken": "env:META_VERIFY",
    "template": "sign_in_code",
}
SIMS = {
    "baseUrl": "https://api.operator.example/sim-swap/v2",
    "tokenUrl": "https://api.operator.example/token",
    "clientId": "northbridge",
    "clientSecret": "env:SIM_SWAP_SECRET",
}
CLIENT = {
    "issuer": "northbridge",
    "tenants": ["northbridge"],
    "jwksUrl": "https://id.northbridge.example/jwks.json",
    "returnUrls": ["https://id.northbridge.example/"],
}
SOUND = {
    "tenants": {"northbridge": {"displayName": "Northbridge", "groups": {}, "defaultGroup": "staff"}},
    "clients": {"northbridge": CLIENT},
    "providers": {"sms": [ACCOUNT], "voice": [ACCOUNT | {"name": "twilio-voice"}], "simSwap": SIMS},
}


def checked(content: object) -> None:
    require_production(SharedConfig.model_validate(content), Path("config.yaml"))


def test_what_is_made_for_production_passes() -> None:
    checked(SOUND)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"demo": True}, "demo is true"),
        ({"numbers": {"fictional": ["+447700900"]}}, "numbers.fictional is for the demo only"),
        ({"pushServices": {"unsafe": ["127.0.0.1:8020"]}}, "pushServices.unsafe is for the demo only"),
        ({"clients": {"a": CLIENT | {"jwksUrl": "http://id.example/jwks"}}}, "clients.a.jwksUrl must be https"),
        ({"clients": {"a": CLIENT | {"returnUrls": ["http://id.example/"]}}}, "clients.a.returnUrls.0 must be https"),
        ({"providers": {"sms": [ACCOUNT | {"baseUrl": "http://p.example"}]}}, "providers.sms.0.baseUrl must be https"),
        ({"providers": {"voice": [ACCOUNT | {"baseUrl": "http://p.example"}]}}, "providers.voice.0.baseUrl must be"),
        ({"providers": {"whatsapp": [META | {"baseUrl": "http://p.example"}]}}, "providers.whatsapp.0.baseUrl must be"),
        ({"providers": {"simSwap": SIMS | {"baseUrl": "http://o.example"}}}, "providers.simSwap.baseUrl must be https"),
        (
            {"providers": {"simSwap": SIMS | {"tokenUrl": "http://o.example"}}},
            "providers.simSwap.tokenUrl must be https",
        ),
        (
            {"providers": {"sms": [ACCOUNT | {"authToken": "demo-twilio-token"}]}},
            "providers.sms.0.authToken is the demo",
        ),
    ],
)
def test_what_is_for_the_demo_is_refused_with_its_place(change: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(SOUND | change)
    assert str(caught.value).startswith(f"SECURITY_INFO_CONFIG: config.yaml: {said}")
    assert "\n" not in str(caught.value)


def test_the_demos_own_file_is_taken_in_the_demo_alone(tmp_path: Path) -> None:
    demo = ServiceSettings(_env_file=None, environment="demo", keyring=tmp_path, config=DEMO)
    assert config_of(demo, SharedConfig).demo
    with pytest.raises(ConfigError, match="this is the demo's file"):
        config_of(demo.model_copy(update={"environment": "production"}), SharedConfig)


@pytest.mark.parametrize("part", ["numbers", "clients", "providers"])
def test_parts_of_the_demos_file_are_not_taken_elsewhere_either(tmp_path: Path, part: str) -> None:
    demo = yaml.safe_load(DEMO.read_text("utf-8"))
    tenant = {name: said for name, said in demo["tenants"]["northbridge"].items() if name != "branding"}
    tenants = {"northbridge": tenant, "southgate": tenant}
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump({**SOUND, "tenants": tenants, part: demo[part]}))
    with pytest.raises(ConfigError, match=rf": {part}\."):
        require_production(load_config(SharedConfig, file, {}), file)
