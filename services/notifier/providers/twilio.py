"""Twilio's REST API, 2010-04-01: https://www.twilio.com/docs/usage/api. What texts and calls have in common."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from services.kit.config.providers import TwilioProvider
from services.kit.crypto.sealing import equal, hmac_sha1
from services.notifier.domain.receipts import DeliveryReceipt
from services.notifier.providers.base import (
    Acceptance,
    Message,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from services.notifier.providers.network import Caller, document, listed, number, refused, text

API_VERSION = "2010-04-01"
UNREACHABLE = frozenset({21211, 21214, 21215, 21217, 21265, 21408, 21610, 21612, 21614})
"""Error codes that no repetition cures: no such number, not a mobile, opted out, no permission for the region."""
UNDELIVERABLE = frozenset({"30004", "30005", "30006", "21610", "21614"})
"""Error codes of callbacks that say the same: blocked, no such destination, landline."""
SECOND = timedelta(seconds=1)
PAGE_SIZE = 50

Form = Mapping[str, str | Sequence[str]]


class TwilioAccount:
    """One account, and one kind of resource in it: `Messages` or `Calls`."""

    def __init__(self, account: TwilioProvider, client: httpx.AsyncClient, resource: str) -> None:
        self.sender = account.sender
        base = str(account.base_url).rstrip("/")
        self._url = f"{base}/{API_VERSION}/Accounts/{account.account_sid}/{resource}.json"
        self._auth = httpx.BasicAuth(account.account_sid, account.auth_token.get_secret_value())
        self._caller = Caller(client)
        self._listed_as = resource.lower()

    async def create(self, form: Form) -> Acceptance:
        """Create a resource; see `Provider.send` for what can go wrong."""
        response = await self._caller.call("POST", self._url, data=dict(form), auth=self._auth)
        if response.status_code != httpx.codes.CREATED:
            raise _refusal(response)
        return Acceptance(text(document(response), "sid"))

    async def find(self, query: Mapping[str, str], *, mark: str, since: datetime) -> Acceptance | None:
        """The newest resource that matches, was created at `since` or later, and whose body ends in `mark`.

        Twilio knows nothing of our id, and keeps whole seconds.
        """
        parameters = {**query, "PageSize": str(PAGE_SIZE)}
        response = await self._caller.call("GET", self._url, params=parameters, auth=self._auth)
        if response.status_code != httpx.codes.OK:
            raise _refusal(response)
        since = since.replace(microsecond=0) - SECOND
        ours = (
            message
            for message in listed(document(response), self._listed_as)
            if text(message, "to") == query["To"]
            and (text(message, "body") or "").rstrip().endswith(mark)
            and _created(message) >= since
        )
        return next((Acceptance(text(message, "sid")) for message in ours), None)


class TwilioTexts:
    """Texts by one account. Signed status callbacks go to `callbacks` plus the id of the delivery."""

    def __init__(self, account: TwilioProvider, client: httpx.AsyncClient, callbacks: str) -> None:
        self.name = account.name
        self._account = TwilioAccount(account, client, "Messages")
        self._callbacks = callbacks

    async def send(self, message: Message) -> Acceptance:
        """Create a message; see `Provider.send`."""
        return await self._account.create(
            {
                "To": message.to,
                "From": message.sender or self._account.sender,
                "Body": message.body,
                "StatusCallback": f"{self._callbacks}/{message.delivery_id}",
            }
        )

    async def find(self, message: Message, *, since: datetime) -> Acceptance | None:
        """Look among the newest messages to this number for one with the same mark; see `Inquiring.find`."""
        query = {"To": message.to, "DateSent>": f"{since - timedelta(days=1):%Y-%m-%d}"}
        return await self._account.find(query, mark=message.mark, since=since)


def signature(token: str, url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """What Twilio puts into `X-Twilio-Signature`: https://www.twilio.com/docs/usage/security#validating-requests."""
    signed = url + "".join(name + value for name, value in sorted(set(parameters)))
    return base64.b64encode(hmac_sha1(token.encode(), signed.encode())).decode()


def is_genuine(token: str, url: str, parameters: Sequence[tuple[str, str]], given: str) -> bool:
    """Whether Twilio signed this request; in constant time."""
    return equal(signature(token, url, parameters), given)


def read_receipt(parameters: Mapping[str, str]) -> DeliveryReceipt | None:
    """A status callback of a text or a call. Total: None for a status that says nothing to us."""
    if "CallStatus" in parameters:
        return _read_call_receipt(parameters)
    message_id = parameters.get("MessageSid", "")[:64] or None
    match parameters.get("MessageStatus", "").lower():
        case "accepted" | "scheduled" | "queued" | "sending" | "sent":
            return DeliveryReceipt(outcome="accepted", message_id=message_id)
        case "delivered" | "read":
            return DeliveryReceipt(outcome="delivered", message_id=message_id)
        case "failed" | "undelivered" | "canceled":
            permanent = parameters.get("ErrorCode", "") in UNDELIVERABLE
            return DeliveryReceipt(outcome="failed", message_id=message_id, permanent=permanent)
    return None


def _read_call_receipt(parameters: Mapping[str, str]) -> DeliveryReceipt | None:
    """A call arrived once somebody, or something, answered it."""
    call_id = parameters.get("CallSid", "")[:64] or None
    match parameters["CallStatus"].lower():
        case "queued" | "initiated" | "ringing":
            return DeliveryReceipt(outcome="accepted", message_id=call_id)
        case "in-progress" | "completed":
            return DeliveryReceipt(outcome="delivered", message_id=call_id)
        case "busy" | "no-answer" | "failed" | "canceled":
            return DeliveryReceipt(outcome="failed", message_id=call_id)
    return None


def _refusal(response: httpx.Response) -> PermanentError | TransientError | OutcomeUnknownError:
    """What an answer other than success means."""
    status, code = response.status_code, number(document(response), "code")
    cause = f"HTTP {status}, code {'none' if code is None else code}"
    if code in UNREACHABLE:
        return PermanentError(cause)
    return refused(response, cause)


def _created(listed: dict[str, Any]) -> datetime:
    """When it was created; unreadable counts as just now, since a message too few is worse than one too many."""
    try:
        created = parsedate_to_datetime(str(listed.get("date_created")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return created if created.tzinfo else created.replace(tzinfo=UTC)
