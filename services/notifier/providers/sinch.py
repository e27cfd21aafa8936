"""Texts by Sinch's SMS API, "batches" of one: https://developers.sinch.com/docs/sms/api-reference/sms/batches.

Its callbacks are signed only where an account manager arranges it, so none are asked for; what it took is asked by our
own id (`client_reference`).
"""

from datetime import datetime

import httpx
from pydantic import SecretStr

from services.kit.clock import Clock
from services.kit.config.gateways import SinchProvider
from services.notifier.providers.base import (
    Acceptance,
    Message,
    PermanentError,
    ProviderError,
)
from services.notifier.providers.network import Caller, document, listed, refused, text

BAD_DESTINATION = frozenset({"syntax_invalid_parameter_format", "syntax_constraint_violation"})
"""Codes of 400 for what the number alone can cause: all else of a request is ours and always of the same form."""


class SinchTexts:
    """Texts by one service plan."""

    def __init__(self, account: SinchProvider, caller: Caller, *, token: SecretStr, clock: Clock) -> None:
        self.name = account.name
        self._account = account
        self._url = f"{str(account.base_url).rstrip('/')}/xms/v1/{account.service_plan}/batches"
        self._caller = caller
        self._token = token
        self._clock = clock

    async def send(self, message: Message) -> Acceptance:
        """Send a text; see `Provider.send`. It is not delivered once its code is dead."""
        batch: dict[str, object] = {
            "from": (message.sender or self._account.sender).removeprefix("+"),
            "to": [message.to.removeprefix("+")],
            "body": message.body,
            "client_reference": message.delivery_id,
        }
        if message.life:
            batch["expire_at"] = (self._clock.now() + message.life).isoformat()
        response = await self._caller.call("POST", self._url, json=batch, headers=self._headers())
        if response.status_code != httpx.codes.CREATED:
            raise _refusal(response)
        return Acceptance(text(document(response), "id"))

    async def find(self, message: Message, *, since: datetime) -> Acceptance | None:
        """Ask for the batch with our id; see `Inquiring.find`."""
        query = {"client_reference": message.delivery_id, "start_date": since.isoformat(), "page_size": "1"}
        response = await self._caller.call("GET", self._url, params=query, headers=self._headers())
        if response.status_code != httpx.codes.OK:
            raise _refusal(response)
        batches = listed(document(response), "batches")
        ours = (batch for batch in batches if batch.get("client_reference") == message.delivery_id)
        return next((Acceptance(text(batch, "id")) for batch in ours), None)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}


def _refusal(response: httpx.Response) -> ProviderError:
    status, code = response.status_code, text(document(response), "code") or "none"
    cause = f"HTTP {status}, code {code[:40]}"
    if status == httpx.codes.BAD_REQUEST and code in BAD_DESTINATION:
        return PermanentError(cause)
    return refused(response, cause)
