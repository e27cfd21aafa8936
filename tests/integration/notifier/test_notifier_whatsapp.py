"""WhatsApp on the real broker and database: from the request to what Meta reports."""

from pathlib import Path

import httpx
import yaml

from schemas.notification import CodeSent, DeliveryConfirmed
from services.kit.settings import ServiceSettings
from tests.support.services.gateways import running
from tests.support.services.notifier import Bench, benched, notifying
from tests.support.services.whatsapp import PHONE, WhatsAppGateway


def configured(bench: Bench, server: WhatsAppGateway, home: Path) -> None:
    """Name the account; its secrets are in files."""
    secrets = {"accessToken": server.token, "appSecret": server.app_secret, "verifyToken": server.verify_token}
    for name, secret in secrets.items():
        (home / name).write_text(secret)
    account = {
        "name": "meta",
        "type": "whatsapp",
        "baseUrl": server.url,
        "phoneNumberId": PHONE,
        "template": "sign_in_code",
        "languages": ["en_GB", "de"],
        **{name: f"file:{home / name}" for name in secrets},
    }
    content = yaml.safe_load(bench.settings.config.read_text())
    content["providers"]["whatsapp"] = [account]
    bench.settings.config.write_text(yaml.safe_dump(content))


async def test_a_code_goes_out_in_the_persons_language_and_its_arrival_is_told(
    settings: ServiceSettings, notifier_database: str, tmp_path: Path
) -> None:
    async with benched(settings, notifier_database, tmp_path) as bench, running(WhatsAppGateway()) as server:
        configured(bench, server, tmp_path)
        async with notifying(bench, "whatsapp") as url:
            of = bench.terms()
            await bench.say(bench.request(of, channel="whatsapp", locale="de-AT"), channel="whatsapp")
            sent = await bench.told(CodeSent)
            (message,) = server.messages
            assert isinstance(sent, CodeSent)
            assert (sent.channel, sent.provider, sent.provider_message_id) == ("whatsapp", "meta", message["sid"])
            assert (message["to"], message["code"], message["language"]) == (bench.number, bench.code(of), "de")

            address = f"{url}/callbacks/meta"
            arrived = {"id": message["sid"], "status": "delivered", "biz_opaque_callback_data": message["ours"]}
            stranger = {"id": "wamid.x", "status": "delivered", "biz_opaque_callback_data": "nobody"}
            assert await server.report(address, arrived, secret="another") == 403
            assert len(bench.events()) == 1
            for _ in range(2):
                assert await server.report(address, *[stranger] * 300, arrived) == 204  # longer than one of one message
            assert isinstance(await bench.told(DeliveryConfirmed), DeliveryConfirmed)
            assert await server.report(f"{url}/callbacks/nobody", arrived) == 403

            asked = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": server.verify_token}
            async with httpx.AsyncClient() as client:
                ours = await client.get(address, params=asked)
                theirs = await client.get(address, params=asked | {"hub.verify_token": "x"})
            assert (ours.status_code, ours.text, theirs.status_code) == (200, "42", 403)
