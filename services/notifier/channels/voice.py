"""Calls: a key is to be pressed, or a code is read out."""

from typing import Literal
from xml.etree.ElementTree import Element

from schemas.base import Channel as ChannelName
from services.kit.config.file import SharedConfig
from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.domain.delivery import Delivery
from services.notifier.providers import twiml
from services.notifier.providers.base import Message, Provider, ProviderContext
from services.notifier.providers.registry import provider_of
from services.notifier.texts import Texts

Ending = Literal["confirmed", "reported", "unanswered", "over"]


class VoiceCalls:
    """A call says nothing by itself: what it is to say is composed when it is answered."""

    name: ChannelName = "voice"
    is_fetched = False
    is_limited = True
    limits_notices = False

    def providers(self, config: SharedConfig, context: ProviderContext) -> tuple[Provider, ...]:
        return tuple(provider_of(account, self.name, context) for account in config.providers.voice)

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        if particulars.code is None and (delivery.terms is None or delivery.terms.kind != "call"):
            raise UnfitRequestError
        return Message(delivery.id, destination, body="", mark="")


class Script:
    """What a call says, as TwiML."""

    def __init__(self) -> None:
        self._texts = Texts("voice")

    def code(self, locale: str, *, organization: str, code: str) -> str:
        """The code, digit by digit, twice."""
        values = {"organization": organization, "digits": list(code)}
        first = self._say(locale, part="code", **values)
        again = self._say(locale, part="codeAgain", **values)
        return twiml.document(first, twiml.pause(), again)

    def question(self, locale: str, *, organization: str, keys_url: str) -> str:
        """What to press, twice, and what was pressed to `keys_url`."""
        asked = self._say(locale, part="call", organization=organization)
        unanswered = self._say(locale, part="unanswered")
        return twiml.document(twiml.gather(keys_url, asked, twiml.pause(), asked), unanswered)

    def ending(self, locale: str, ending: Ending) -> str:
        return twiml.document(self._say(locale, part=ending))

    def _say(self, locale: str, **values: object) -> Element:
        return twiml.say(self._texts.render(locale, **values), self._texts.language(locale))
