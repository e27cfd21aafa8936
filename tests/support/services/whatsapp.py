"""A local server that speaks WhatsApp's Cloud API: takes templates with a code, and reports what became of them."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import AnyHttpUrl, SecretStr
from starlette.responses import JSONResponse, Response

from services.kit.config.gateways import WhatsAppProvider
from services.notifier.providers.whatsapp import SIGNATURE, signature
from tests.support.services.gateways import Content, Gateway

PHONE = "105954558954427"


class WhatsAppGateway(Gateway):
    """The messages of one number of a business."""

    path = f"/v23.0/{PHONE}/messages"
    token, app_secret, verify_token = "a-token-of-meta", "a-secret-of-an-app", "a-token-of-ours"
    code, status = 131026, 400

    def account(self, **changes: Any) -> WhatsAppProvider:
        named = {
            "name": "whatsapp-t",
            "type": "whatsapp",
            "base_url": AnyHttpUrl(self.url),
            "phone_number_id": PHONE,
            "access_token": "env:META_TOKEN",
            "app_secret": "env:META_SECRET",
            "verify_token": "env:META_VERIFY",
            "template": "sign_in_code",
            "languages": ("en_GB", "de", "ja"),
        }
        return WhatsAppProvider.model_validate(named | changes)

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        return headers.get("authorization") == f"Bearer {self.token}"

    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        content = json.loads(body)
        template = content["template"]
        shown, button = template["components"]
        assert (shown["type"], button["type"], button["sub_type"], button["index"]) == ("body", "button", "url", "0")
        assert shown["parameters"] == button["parameters"]
        return {
            "to": content["to"],
            "ours": content["biz_opaque_callback_data"],
            "template": template["name"],
            "language": template["language"]["code"],
            "code": shown["parameters"][0]["text"],
        }

    def accepted(self, taken: Content) -> Response:
        contacts = [{"input": taken["to"], "wa_id": taken["to"].removeprefix("+")}]
        return JSONResponse({"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": taken["sid"]}]})

    def rejected(self) -> Response:
        return self._failed(self.status, self.code)

    def denied(self) -> Response:
        return self._failed(401, 190)

    def throttled(self) -> Response:
        return self._failed(429, 130429)

    async def report(self, url: str, *statuses: Mapping[str, object], secret: str | None = None) -> int:
        """Post a signed report of messages; returns the answer's status."""
        body = reported(*statuses)
        headers = {SIGNATURE: signature(SecretStr(secret or self.app_secret), body), "Content-Type": "application/json"}
        async with httpx.AsyncClient() as client:
            return (await client.post(url, content=body, headers=headers)).status_code

    def _failed(self, status: int, code: int) -> Response:
        return JSONResponse(
            {"error": {"message": "about +447700900142", "type": "OAuthException", "code": code}}, status
        )


def reported(*statuses: Mapping[str, object], phone: str = PHONE) -> bytes:
    """A report as Meta writes it, beside a message that somebody wrote to us."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": phone}
    told = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": list(statuses)}
    heard = {"messaging_product": "whatsapp", "metadata": metadata, "messages": [{"from": "447700900142"}]}
    changes = [{"field": "messages", "value": heard}, {"field": "messages", "value": told}]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()
