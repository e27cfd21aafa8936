"""Mail by Amazon SES, `SendEmail` of API v2: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html."""

import json
import re
from email.utils import formataddr

import httpx

from services.kit.clock import Clock
from services.kit.config.gateways import SesProvider
from services.notifier.providers.amazon.signing import Signer, refusal
from services.notifier.providers.base import Acceptance, Message, PermanentError
from services.notifier.providers.network import Caller, document, text

PATH = "/v2/email/outbound-emails"
ABOUT_THE_ADDRESS = re.compile(r"(?i)\b(address|domain|@domain)\b")
"""What a bad request says where it is about the address: all else of a request is ours and always of the same form."""


class SesMail:
    """Mail by one account in one region."""

    def __init__(self, account: SesProvider, caller: Caller, signer: Signer, clock: Clock) -> None:
        self.name = account.name
        self._account = account
        base = str(account.base_url or f"https://email.{account.region}.amazonaws.com")
        self._url = f"{base.rstrip('/')}{PATH}"
        self._caller = caller
        self._signer = signer
        self._clock = clock

    async def send(self, message: Message) -> Acceptance:
        """Send a mail; see `Provider.send`."""
        body = json.dumps(self._content(message)).encode()
        headers = {"Content-Type": "application/json"}
        signed = await self._signer.signed("POST", self._url, headers, body, self._clock.now())
        response = await self._caller.call("POST", self._url, content=body, headers=signed)
        if response.status_code == httpx.codes.OK:
            return Acceptance(text(document(response), "MessageId"))
        name = response.headers.get("x-amzn-ErrorType", "").partition(":")[0]
        said = text(document(response), "message") or ""
        if name == "BadRequestException" and ABOUT_THE_ADDRESS.search(said):
            raise PermanentError(f"HTTP {response.status_code}, {name}")
        raise refusal(response, name)

    def _content(self, message: Message) -> dict[str, object]:
        account = self._account
        sender = formataddr((message.sender_name or account.sender_name, message.sender or account.sender))
        parts = {"Text": _data(message.body)} | ({"Html": _data(message.html)} if message.html else {})
        headers = [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
        simple = {"Subject": _data(message.subject), "Body": parts, "Headers": headers}
        content: dict[str, object] = {
            "FromEmailAddress": sender,
            "Destination": {"ToAddresses": [message.to]},
            "Content": {"Simple": simple},
            "EmailTags": [{"Name": "delivery", "Value": message.delivery_id}],
        }
        return content | ({"ConfigurationSetName": account.configuration_set} if account.configuration_set else {})


def _data(content: str) -> dict[str, str]:
    return {"Data": content, "Charset": "UTF-8"}
