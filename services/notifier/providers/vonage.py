"""Texts by Vonage's SMS API: https://developer.vonage.com/en/api/sms, with the codes of
https://developer.vonage.com/en/api-errors/sms. Delivery receipts are taken where they are signed:
https://developer.vonage.com/en/getting-started/concepts/signing-messages.
"""

import json
from collections.abc import Mapping
from functools import partial
from urllib.parse import parse_qsl

import httpx
from pydantic import SecretStr

from services.kit.clock import Clock
from services.kit.config.gateways import VonageProvider
from services.kit.crypto.sealing import equal, hmac_sha256
from services.notifier.domain.receipts import DeliveryReceipt
from services.notifier.providers.base import (
    Acceptance,
    ForgedReportError,
    Message,
    OutcomeUnknownError,
    PermanentError,
    Report,
    TransientError,
)
from services.notifier.providers.network import Caller, document, listed, refused, text
from services.notifier.providers.timestamps import is_recent

ACCEPTED = "0"
THROTTLED = frozenset({"1", "10"})
"""Too many messages at once, too many connections."""
INTERNAL = "5"
UNREACHABLE = frozenset({"6", "7", "33"})
"""No such number, one that takes no messages, one that is not in use any more."""
UNDELIVERABLE = frozenset({"3", "6", "7"})
"""Codes of receipts that say the same: absent for good, barred by the person, barred by the network."""
RETRY_AFTER = 1.0
MOST_FIELDS = 50


class VonageTexts:
    """Texts by one account. Receipts come to `reports` plus the id of the delivery; without `signed_by` none counts."""

    def __init__(
        self,
        account: VonageProvider,
        caller: Caller,
        *,
        secret: SecretStr,
        signed_by: SecretStr | None,
        reports: str,
        clock: Clock,
    ) -> None:
        self.name = account.name
        self._account = account
        self._url = f"{str(account.base_url).rstrip('/')}/sms/json"
        self._caller = caller
        self._secret = secret
        self._signed_by = signed_by
        self._reports = reports
        self._clock = clock

    async def send(self, message: Message) -> Acceptance:
        """Send a text; see `Provider.send`. The answer is 200 for refusals, too; a code says which."""
        form = {
            "api_key": self._account.api_key,
            "api_secret": self._secret.get_secret_value(),
            "from": (message.sender or self._account.sender).removeprefix("+"),
            "to": message.to.removeprefix("+"),
            "text": message.body,
            "type": "text" if message.body.isascii() else "unicode",
            "client-ref": message.delivery_id,
            "callback": f"{self._reports}/{message.delivery_id}",
        }
        response = await self._caller.call("POST", self._url, data=form)
        if response.status_code != httpx.codes.OK:
            raise refused(response, f"HTTP {response.status_code}")
        parts = listed(document(response), "messages")
        if not parts:
            raise OutcomeUnknownError("no message in the answer")
        taken = next((part for part in parts if part.get("status") == ACCEPTED), None)
        if taken is None:
            raise _refusal(text(parts[0], "status") or "none")
        return Acceptance(text(taken, "message-id"))

    def read_report(self, report: Report) -> DeliveryReceipt | None:
        """A delivery receipt, posted as a form or as JSON; see `Reporting.read_report`."""
        fields = _fields(report)
        if not self._is_genuine(fields):
            raise ForgedReportError
        told = partial(
            DeliveryReceipt,
            delivery_id=fields.get("client-ref", "")[:64],
            message_id=fields.get("messageId", "")[:64] or None,
        )
        match fields.get("status"):
            case "accepted" | "buffered":
                return told(outcome="accepted")
            case "delivered":
                return told(outcome="delivered")
            case "failed" | "rejected" | "expired":
                permanent = fields.get("err-code") in UNDELIVERABLE
                return told(outcome="failed", permanent=permanent)
        return None

    def _is_genuine(self, fields: Mapping[str, str]) -> bool:
        if self._signed_by is None or not is_recent(fields.get("timestamp", ""), self._clock.now()):
            return False
        return equal(signature(self._signed_by, fields), fields.get("sig", "").lower())


def signature(secret: SecretStr, fields: Mapping[str, str]) -> str:
    """The field `sig` of a signed request, by HMAC-SHA-256 of all other fields."""
    others = sorted((name, value) for name, value in fields.items() if name != "sig")
    signed = "".join(f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in others)
    return hmac_sha256(secret.get_secret_value().encode(), signed.encode()).hex()


def _refusal(code: str) -> PermanentError | TransientError:
    cause = f"status {code[:8]}"
    if code in UNREACHABLE:
        return PermanentError(cause)
    if code in THROTTLED:
        return TransientError(cause, retry_after=RETRY_AFTER)
    return TransientError(cause, reason="providerUnavailable" if code == INTERNAL else "providerRefused")


def _fields(report: Report) -> dict[str, str]:
    """Total: what cannot be read, or holds half a letter, has none, and no valid signature either."""
    try:
        if report.headers.get("content-type", "").startswith("application/json"):
            content = json.loads(report.body)
            fields = {str(name): str(value) for name, value in content.items()} if isinstance(content, dict) else {}
            "".join((*fields, *fields.values())).encode()  # half a letter raises here, and not where it is signed
            return fields
        return dict(parse_qsl(report.body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (ValueError, RecursionError):
        return {}
