"""What docs/adding-a-provider.md says, done from an empty folder: the code of the page alone sends a text."""

import json
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response

from services.kit.config.file import ConfigError, SharedConfig
from services.kit.config.gateways import PluginProvider
from services.kit.config.secrets import secret_of
from services.notifier.app import build
from services.notifier.channels.sms import TextMessages
from services.notifier.providers.base import Provider, ProviderContext
from services.notifier.providers.plugin import plugged_in
from services.notifier.providers.twilio import TwilioTexts
from services.notifier.settings import NotifierSettings
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.servers.kafka import settings_for
from tests.support.servers.process import free_port
from tests.support.services.gateways import Content, Gateway, running
from tests.support.services.notifier import write_files
from tests.support.services.providers import ProviderBehaviour, TwilioServer

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-provider.md").read_text("utf-8")
MODULE = "acme_texts"


def block(language: str) -> str:
    """The page's code in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


class AcmeGateway(Gateway):
    """Acme's API, as the page means it."""

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        return headers.get("authorization") == "Bearer a-key"

    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        return dict(json.loads(body))

    def accepted(self, taken: Content) -> Response:
        return JSONResponse({"id": taken["sid"]}, 201)

    def rejected(self) -> Response:
        return JSONResponse({"error": "unknown_number"}, 400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder on Python's path, with the page's file in it."""
    made = tmp_path_factory.mktemp("plugin")
    (made / f"{MODULE}.py").write_text(block("python"), "utf-8")
    sys.path.insert(0, str(made))
    yield made
    sys.path.remove(str(made))
    sys.modules.pop(MODULE, None)


def configuration(url: str) -> SharedConfig:
    """The page's, for a server of ours."""
    content = yaml.safe_load(block("yaml"))
    content["providers"]["sms"][0]["options"]["url"] = url
    return SharedConfig.model_validate({"tenants": {}, "clients": {}, **content})


def made(url: str, client: httpx.AsyncClient) -> Provider:
    """The provider, as the channel of texts gets it."""

    def resolve(reference: str) -> SecretStr:
        return secret_of(reference, {"ACME_API_KEY": "a-key"})

    context = ProviderContext(client, keyring("notifier"), FixedClock(), callbacks=str, reports=str, resolve=resolve)
    (provider,) = TextMessages().providers(configuration(url), context)
    return provider


class TestAcme(ProviderBehaviour):
    """It behaves as all others do."""

    @pytest.fixture
    async def server(self) -> AsyncIterator[AcmeGateway]:
        async with running(AcmeGateway()) as opened:
            yield opened

    @pytest.fixture
    async def provider(self, server: AcmeGateway, folder: Path) -> AsyncIterator[Provider]:
        async with httpx.AsyncClient() as client:
            yield made(server.url, client)

    @pytest.fixture(autouse=True)
    def _on_the_path(self, folder: Path) -> None:
        """Also for those that reach no server."""

    def unreachable(self) -> Provider:
        return made(f"http://127.0.0.1:{free_port()}", httpx.AsyncClient())


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        ("nowhere.at.all:make", "cannot be imported"),
        (f"{MODULE}:nothing", "cannot be imported"),
        ("json:loads", None),
        ("builtins:dict", None),
        (f"{MODULE}:PermanentError", "makes is none"),
    ],
)
def test_what_is_no_provider_stops_the_start_with_one_line(folder: Path, factory: str, said: str | None) -> None:
    account = PluginProvider(name="acme", type="plugin", factory=factory)
    context = ProviderContext(
        httpx.AsyncClient(), keyring("notifier"), FixedClock(), callbacks=str, reports=str, resolve=SecretStr
    )
    with pytest.raises(ConfigError, match=said or "acme"):
        plugged_in(account, context)


@pytest.mark.parametrize("factory", ["os.system", "os:system()", "../x:make", "a b:make", ":make", "x:"])
def test_a_factory_is_a_name_of_a_function_and_nothing_else(factory: str) -> None:
    with pytest.raises(ValueError, match="factory"):
        PluginProvider(name="acme", type="plugin", factory=factory)


def test_a_secret_is_named_never_written_in_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="apiKey"):
        PluginProvider(name="acme", type="plugin", factory="x:y", secrets={"apiKey": "a-key"})
    file = tmp_path / "key"
    file.write_text("a-key\n")
    assert secret_of(f"file:{file}", {}).get_secret_value() == "a-key"
    for reference in ("env:ACME", f"file:{tmp_path / 'absent'}"):
        with pytest.raises(ConfigError):
            secret_of(reference, {"ACME": ""})


async def test_a_notifier_makes_it_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends a message also reads what is reported of it."""
    calls = []

    def make(account: PluginProvider, context: ProviderContext) -> Provider:
        calls.append(account.name)
        return TwilioTexts(TwilioServer().account(account.name), context.client, "")

    monkeypatch.setattr(import_module(MODULE), "make", make)
    files = write_files(tmp_path, {})
    content = yaml.safe_load(files["config"].read_text("utf-8")) | yaml.safe_load(block("yaml"))
    files["config"].write_text(yaml.safe_dump(content), "utf-8")
    settings = settings_for("127.0.0.1:1", "none").model_dump() | {"mongodb_url": "mongodb://127.0.0.1:1"}
    build(NotifierSettings.model_validate(settings | files), ["sms"])
    assert calls == ["acme"]
