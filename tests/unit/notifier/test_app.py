"""What the notifier does not start with."""

from typing import Any, Literal

import httpx
import pytest
from pydantic import AnyHttpUrl, SecretStr

from services.kit.config.file import ConfigError, SharedConfig
from services.kit.settings import SettingsError
from services.notifier.app import provider_context, require_callbacks, sim_checks_of
from services.notifier.settings import NotifierSettings
from services.notifier.sim_swap.checks import SimSwapChecks
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.unit.kit.config.test_production import ACCOUNT, META, SOUND

HOOK = {"name": "hook", "type": "webhook", "url": "https://hook.example/", "secrets": ["env:HOOK_SECRET"]}
PLUGIN = {"name": "own", "type": "plugin", "factory": "our.mails:make"}
SMTP = {"name": "mail", "type": "smtp", "host": "mail.example", "sender": "it@northbridge.example"}
SES = {"name": "ses", "type": "ses", "region": "eu-west-1", "sender": "it@northbridge.example"}


def checked(
    callbacks: str, providers: dict[str, list[Any]], environment: Literal["production", "demo"] = "production"
) -> None:
    settings = NotifierSettings.model_construct(environment=environment, callback_url=AnyHttpUrl(callbacks))
    require_callbacks(settings, SharedConfig.model_validate(SOUND | {"providers": providers}))


@pytest.mark.parametrize(
    "providers",
    [
        {"email": [HOOK]},
        {"email": [PLUGIN]},
        {"email": [SMTP, HOOK]},
        {"sms": [ACCOUNT]},
        {"voice": [ACCOUNT]},
        {"whatsapp": [META]},
    ],
    ids=["a webhook for mail", "a plug-in for mail", "one of two for mail", "texts", "calls", "whatsapp"],
)
def test_reports_come_over_https(providers: dict[str, list[Any]]) -> None:
    checked("https://callbacks.example", providers)
    checked("http://127.0.0.1:8030", providers, environment="demo")
    with pytest.raises(SettingsError, match=r"^SECURITY_INFO_CALLBACK_URL: must be https"):
        checked("http://callbacks.example", providers)


@pytest.mark.parametrize("account", [SMTP, SES])
def test_where_nobody_reports_no_address_is_asked_for(account: dict[str, Any]) -> None:
    checked("http://127.0.0.1:8030", {"email": [account]})


async def test_sim_cards_are_asked_about_where_an_operator_is_named_and_its_secret_is_there() -> None:
    def resolve(reference: str) -> SecretStr:
        raise ConfigError(reference)

    settings, clock = (
        NotifierSettings.model_construct(callback_url=AnyHttpUrl("https://callbacks.example")),
        FixedClock(),
    )
    async with httpx.AsyncClient() as client:
        known = provider_context(settings, client, keyring("notifier"), clock, resolve=SecretStr)
        unknown = provider_context(settings, client, keyring("notifier"), clock, resolve=resolve)
        named = SharedConfig.model_validate(SOUND)
        unnamed = SharedConfig.model_validate(SOUND | {"providers": {}})
        assert isinstance(sim_checks_of(named, known), SimSwapChecks)
        assert sim_checks_of(unnamed, unknown) is None
        with pytest.raises(ConfigError, match="env:SIM_SWAP_SECRET"):
            sim_checks_of(named, unknown)
