"""Text messages."""

from schemas.base import Channel as ChannelName
from services.kit.config.file import SharedConfig
from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.domain.delivery import Delivery
from services.notifier.providers.base import Message, Provider, ProviderContext
from services.notifier.providers.twilio import TwilioTexts
from services.notifier.texts import Texts, whole_minutes


class TextMessages:
    """A text whose last line lets browsers fill the code in (origin-bound one-time codes, `@host #code`)."""

    name: ChannelName = "sms"
    is_fetched = False
    is_limited = True

    def __init__(self) -> None:
        self._texts = Texts(self.name)

    def providers(self, config: SharedConfig, context: ProviderContext) -> tuple[Provider, ...]:
        """Accounts at Twilio, or at services that speak its protocol."""
        return tuple(
            TwilioTexts(account, context.client, context.callbacks(account.name)) for account in config.providers.sms
        )

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        if particulars.code is None:
            raise UnfitRequestError
        body = self._texts.render(
            delivery.locale,
            organization=particulars.organization,
            code=particulars.code.get_secret_value(),
            minutes=whole_minutes(particulars.life),
            host=particulars.host,
        )
        mark = body.rstrip().rpartition("\n")[2]
        return Message(delivery.id, destination, body, mark=mark, sender=particulars.sender.text or "")
