"""Texts by Amazon SNS, `Publish` of the Query API: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, with
the attributes of https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html.
"""

import re
from urllib.parse import urlencode

import httpx

from services.kit.clock import Clock
from services.kit.config.gateways import SnsProvider
from services.notifier.providers.amazon.signing import Signer, refusal
from services.notifier.providers.base import Acceptance, Message, PermanentError
from services.notifier.providers.network import Caller

VERSION = "2010-03-31"
MESSAGE_ID = re.compile(r"<MessageId>([0-9A-Za-z-]{1,64})</MessageId>")
ERROR = re.compile(r"<Code>([A-Za-z.]{1,60})</Code>")
LONGEST_ANSWER = 8192


class SnsTexts:
    """Texts by one account in one region."""

    def __init__(self, account: SnsProvider, caller: Caller, signer: Signer, clock: Clock) -> None:
        self.name = account.name
        self._account = account
        self._url = str(account.base_url or f"https://sns.{account.region}.amazonaws.com/")
        self._caller = caller
        self._signer = signer
        self._clock = clock

    async def send(self, message: Message) -> Acceptance:
        """Publish a text to the number; see `Provider.send`."""
        body = urlencode(self._fields(message)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        signed = await self._signer.signed("POST", self._url, headers, body, self._clock.now())
        response = await self._caller.call("POST", self._url, content=body, headers=signed)
        answer = response.text[:LONGEST_ANSWER]
        if response.status_code == httpx.codes.OK:
            found = MESSAGE_ID.search(answer)
            return Acceptance(found[1] if found else None)
        error = ERROR.search(answer)
        name = error[1] if error else ""
        if name.startswith("InvalidParameter") and "PhoneNumber" in answer:
            raise PermanentError(f"HTTP {response.status_code}, {name}: PhoneNumber")
        raise refusal(response, name)

    def _fields(self, message: Message) -> dict[str, str]:
        sender = message.sender or self._account.sender or ""
        attributes = {"AWS.SNS.SMS.SMSType": "Transactional"}
        if sender:
            attributes["AWS.MM.SMS.OriginationNumber" if sender.startswith("+") else "AWS.SNS.SMS.SenderID"] = sender
        fields = {"Action": "Publish", "Version": VERSION, "PhoneNumber": message.to, "Message": message.body}
        for number, (name, value) in enumerate(attributes.items(), 1):
            entry = f"MessageAttributes.entry.{number}"
            fields |= {f"{entry}.Name": name, f"{entry}.Value.DataType": "String", f"{entry}.Value.StringValue": value}
        return fields
