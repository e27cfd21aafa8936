"""WhatsApp by Meta's Cloud API, with an authentication template that has a button to copy the code:
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/authentication-templates/copy-code-button-authentication-templates.

Meta reports to one address for each app, of many messages at once, and signs what it reports:
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
from pydantic import SecretStr

from services.kit.config.gateways import WhatsAppProvider
from services.kit.crypto.sealing import equal, hmac_sha256
from services.notifier.domain.receipts import DeliveryReceipt
from services.notifier.providers.base import (
    Acceptance,
    ForgedReportError,
    Message,
    PermanentError,
    ProviderError,
    Report,
    TransientError,
)
from services.notifier.providers.network import Caller, document, listed, number, refused, text

UNREACHABLE: Final = frozenset({131026})
"""Nobody has WhatsApp at this number, or one that is too old
(https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes)."""
PAIR_LIMIT: Final = 131056
"""Too many messages to this one number."""
THROTTLED: Final = frozenset({4, 80007, 130429, 131048})
OF_TEMPLATES: Final = range(132000, 133000)
"""The template is missing, paused or of another form: the next message would meet the same."""
RETRY_AFTER: Final = 5.0
LONGEST_CHALLENGE: Final = 256
SIGNATURE: Final = "x-hub-signature-256"


class WhatsAppCloud:
    """Messages from one number of a business. `signed_by` is the secret of the app, `verified_by` the token that Meta
    names when the address for reports is set."""

    def __init__(
        self,
        account: WhatsAppProvider,
        caller: Caller,
        *,
        token: SecretStr,
        signed_by: SecretStr,
        verified_by: SecretStr,
    ) -> None:
        self.name = account.name
        self._account = account
        base = str(account.base_url).rstrip("/")
        self._url = f"{base}/{account.api_version}/{account.phone_number_id}/messages"
        self._caller = caller
        self._token = token
        self._signed_by = signed_by
        self._verified_by = verified_by

    async def send(self, message: Message) -> Acceptance:
        """Send the template with the code; see `Provider.send`."""
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        response = await self._caller.call("POST", self._url, json=self._content(message), headers=headers)
        if response.status_code != httpx.codes.OK:
            raise _refusal(response)
        taken = listed(document(response), "messages")
        return Acceptance(text(taken[0], "id") if taken else None)

    def read_reports(self, report: Report) -> tuple[DeliveryReceipt, ...]:
        """What it says of our messages; see `Collecting.read_reports`."""
        given = report.headers.get(SIGNATURE, "")
        if not equal(signature(self._signed_by, report.body), given):
            raise ForgedReportError
        try:
            content = json.loads(report.body)
        except (ValueError, RecursionError):
            return ()
        receipts = (_receipt(status) for status in self._statuses(content if isinstance(content, dict) else {}))
        return tuple(receipt for receipt in receipts if receipt)

    def confirmed(self, query: Mapping[str, str]) -> str | None:
        """What Meta wants to be told before it reports to an address; see `Collecting.confirmed`."""
        given, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
        is_asked = query.get("hub.mode") == "subscribe" and challenge.isascii() and challenge.isalnum()
        if not is_asked or len(challenge) > LONGEST_CHALLENGE:
            return None
        return challenge if equal(given, self._verified_by.get_secret_value()) else None

    def _content(self, message: Message) -> dict[str, object]:
        code = [{"type": "text", "text": message.body}]
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to,
            "type": "template",
            "template": {
                "name": self._account.template,
                "language": {"code": nearest(message.locale, self._account.languages)},
                "components": [
                    {"type": "body", "parameters": code},
                    {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
                ],
            },
            "biz_opaque_callback_data": message.delivery_id,
        }

    def _statuses(self, content: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Those of messages from our number: an app may have several."""
        for entry in listed(content, "entry"):
            for change in listed(entry, "changes"):
                value = _object(change, "value")
                if text(_object(value, "metadata"), "phone_number_id") == self._account.phone_number_id:
                    yield from listed(value, "statuses")


def nearest(locale: str, languages: tuple[str, ...]) -> str:
    """The language of a template that is nearest to a locale (BCP 47): the same one, else the first with the same
    primary subtag, else the first of all. Meta writes `en_GB`."""
    wanted = locale.replace("-", "_").lower()
    primary = wanted.partition("_")[0]
    same = next((one for one in languages if one.lower() == wanted), None)
    return same or next((one for one in languages if one.partition("_")[0] == primary), languages[0])


def signature(secret: SecretStr, body: bytes) -> str:
    """The header by which Meta signs a report."""
    return f"sha256={hmac_sha256(secret.get_secret_value().encode(), body).hex()}"


def _receipt(status: dict[str, Any]) -> DeliveryReceipt | None:
    """Total: None for what says nothing to us, or is about a message that is not ours."""
    delivery_id, message_id = text(status, "biz_opaque_callback_data"), text(status, "id")
    if not delivery_id:
        return None
    match status.get("status"):
        case "sent":
            return DeliveryReceipt(outcome="accepted", delivery_id=delivery_id, message_id=message_id)
        case "delivered" | "read":
            return DeliveryReceipt(outcome="delivered", delivery_id=delivery_id, message_id=message_id)
        case "failed":
            permanent = any(number(error, "code") in UNREACHABLE for error in listed(status, "errors"))
            return DeliveryReceipt(
                outcome="failed", delivery_id=delivery_id, message_id=message_id, permanent=permanent
            )
    return None


def _refusal(response: httpx.Response) -> ProviderError:
    code = number(_object(document(response), "error"), "code")
    cause = f"HTTP {response.status_code}, code {'none' if code is None else code}"
    if code in UNREACHABLE:
        return PermanentError(cause)
    if code in THROTTLED:
        return TransientError(cause, retry_after=RETRY_AFTER)
    if code == PAIR_LIMIT:
        return TransientError(cause, reason="providerRefused", of_message=True)
    if code in OF_TEMPLATES:
        return TransientError(cause, reason="providerRefused")
    return refused(response, cause)


def _object(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}
