"""Requests to apps, and notices: the app fetches them, and Web Push announces them where it has subscribed to it."""

import json

from schemas.base import Channel as ChannelName
from services.kit.config.file import SharedConfig
from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.domain.delivery import Delivery
from services.notifier.providers.base import Message, Provider, ProviderContext
from services.notifier.providers.webpush import WebPush


class PushMessages:
    """A message says only which request waits, or which notice: the app fetches the rest with its own key."""

    name: ChannelName = "push"
    is_fetched = True
    is_limited = False
    limits_notices = False

    def providers(self, config: SharedConfig, context: ProviderContext) -> tuple[Provider, ...]:
        return (WebPush(config.push_services, context.client, context.keyring, context.clock),)

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        """The id of the request, or of the notice; `destination` is a push subscription."""
        if delivery.notice:
            return _announcing(delivery, destination, particulars, noticeId=delivery.notice.notice_id)
        if delivery.terms is None or delivery.terms.push is None:
            raise UnfitRequestError
        return _announcing(delivery, destination, particulars, challengeId=delivery.terms.challenge_id)


def _announcing(delivery: Delivery, destination: str, particulars: Particulars, **what: str) -> Message:
    body = json.dumps(what)
    return Message(delivery.id, destination, body, mark=body, life=particulars.life)
