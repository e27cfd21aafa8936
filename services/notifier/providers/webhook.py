"""Messages to anything that takes them by our own contract: docs/webhook.md. All is signed (Standard Webhooks)."""

import json
from collections.abc import Sequence
from functools import partial

import httpx

from schemas.base import Channel
from services.kit.clock import Clock
from services.kit.config.gateways import WebhookProvider
from services.notifier.domain.receipts import DeliveryReceipt
from services.notifier.providers import standard_webhooks as signing
from services.notifier.providers.base import Acceptance, ForgedReportError, Message, PermanentError, Report
from services.notifier.providers.network import Caller, document, refused, text

REQUESTED = "message.requested"


class Webhook:
    """One address. `reports` plus the id of the delivery is where it may tell what became of a message."""

    def __init__(
        self,
        account: WebhookProvider,
        channel: Channel,
        caller: Caller,
        clock: Clock,
        *,
        keys: Sequence[bytes],
        reports: str,
    ) -> None:
        self.name = account.name
        self._account = account
        self._channel = channel
        self._caller = caller
        self._clock = clock
        self._keys = keys
        self._reports = reports

    async def send(self, message: Message) -> Acceptance:
        """Post the message; see `Provider.send`. Its `webhook-id` is the same whenever it is sent anew."""
        body = json.dumps(self._content(message), ensure_ascii=False).encode()
        headers = signing.headers(self._keys, message.delivery_id, body, self._clock.now())
        more = {"Content-Type": "application/json", **headers}
        response = await self._caller.call("POST", str(self._account.url), content=body, headers=more)
        known = response.status_code == httpx.codes.CONFLICT
        if response.is_success or known:
            return Acceptance(text(document(response), "id"))
        cause = f"HTTP {response.status_code}"
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise PermanentError(cause)
        raise refused(response, cause)

    def read_report(self, report: Report) -> DeliveryReceipt | None:
        """What it says, in the form in which we ask; see `Reporting.read_report`."""
        if not signing.is_genuine(self._keys, report.headers, report.body, self._clock.now()):
            raise ForgedReportError
        try:
            content = json.loads(report.body)
        except (ValueError, RecursionError):
            return None
        data = content.get("data") if isinstance(content, dict) else None
        if not isinstance(data, dict):
            return None
        told = partial(DeliveryReceipt, delivery_id=text(data, "messageId") or "", message_id=text(data, "id"))
        match content.get("type"):
            case "message.delivered":
                return told(outcome="delivered")
            case "message.failed":
                return told(outcome="failed", permanent=data.get("permanent") is True)
        return None

    def _content(self, message: Message) -> dict[str, object]:
        now = self._clock.now()
        data = {
            "id": message.delivery_id,
            "channel": self._channel,
            "to": message.to,
            "sender": message.sender or self._account.sender,
            "senderName": message.sender_name or None,
            "subject": message.subject or None,
            "text": message.body,
            "html": message.html or None,
            "expiresAt": (now + message.life).isoformat() if message.life else None,
            "reportTo": f"{self._reports}/{message.delivery_id}",
        }
        given = {name: value for name, value in data.items() if value is not None}
        return {"type": REQUESTED, "timestamp": now.isoformat(), "data": given}
