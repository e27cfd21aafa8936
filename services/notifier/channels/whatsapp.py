"""WhatsApp: a code, and nothing else. What it says around the code is a template that Meta approved."""

from schemas.base import Channel as ChannelName
from services.kit.config.file import SharedConfig
from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.domain.delivery import Delivery
from services.notifier.providers.base import Message, Provider, ProviderContext
from services.notifier.providers.registry import provider_of


class WhatsAppMessages:
    """A message holds the code alone, and the person's locale, by which the provider chooses the template's language.
    Templates for codes may not tell of a change, so that notices go another way."""

    name: ChannelName = "whatsapp"
    is_fetched = False
    is_limited = True
    limits_notices = False

    def providers(self, config: SharedConfig, context: ProviderContext) -> tuple[Provider, ...]:
        return tuple(provider_of(account, self.name, context) for account in config.providers.whatsapp)

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        if particulars.code is None:
            raise UnfitRequestError
        code = particulars.code.get_secret_value()
        return Message(delivery.id, destination, body=code, mark=code, life=particulars.life, locale=delivery.locale)
