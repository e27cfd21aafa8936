"""What the notifier does not start with."""

from typing import Any, Literal

import pytest
from pydantic import AnyHttpUrl

from services.kit.config.file import SharedConfig
from services.kit.settings import SettingsError
from services.notifier.app import require_callbacks
from services.notifier.settings import NotifierSettings
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
