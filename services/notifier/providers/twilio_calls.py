"""Calls through Twilio: https://www.twilio.com/docs/voice/api/call-resource."""

from datetime import datetime

import httpx

from schemas.enrollment import EXTENSION, without_extension
from services.kit.config.providers import TwilioProvider
from services.notifier.providers.base import Acceptance, Message
from services.notifier.providers.twilio import TwilioAccount

EVENTS = ("ringing", "answered", "completed")
RING_SECONDS = 30
LONGEST_SECONDS = 180


class TwilioCalls:
    """Calls by one account. What they say is asked for at `callbacks` plus the id of the delivery and `/voice`; signed
    status callbacks go there too."""

    def __init__(self, account: TwilioProvider, client: httpx.AsyncClient, callbacks: str) -> None:
        self.name = account.name
        self._account = TwilioAccount(account, client, "Calls")
        self._callbacks = callbacks

    async def send(self, message: Message) -> Acceptance:
        """Place a call; see `Provider.send`. An extension is dialled two seconds after the answer."""
        number, _, extension = message.to.partition(EXTENSION)
        callback = f"{self._callbacks}/{message.delivery_id}"
        form = {
            "To": number,
            "From": self._account.sender,
            "Url": f"{callback}/voice",
            "Method": "POST",
            "StatusCallback": callback,
            "StatusCallbackEvent": EVENTS,
            "Timeout": str(RING_SECONDS),
            "TimeLimit": str(LONGEST_SECONDS),
        }
        return await self._account.create(form | ({"SendDigits": f"wwww{extension}"} if extension else {}))

    async def find(self, message: Message, *, since: datetime) -> Acceptance | None:
        """Look for a call to this number; see `Inquiring.find`. Twilio lists no more of a call than that, and no other
        is placed to a number within so short a time."""
        number = without_extension(message.to)
        return await self._account.find({"To": number, "From": self._account.sender}, mark="", since=since)
