"""Text messages: a code, or the notice of a change."""

from collections.abc import Iterable
from typing import Final

from schemas.base import Channel as ChannelName
from services.kit.config.file import SharedConfig
from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.domain.delivery import Delivery, Notice
from services.notifier.domain.segments import segments
from services.notifier.providers.base import Message, Provider, ProviderContext
from services.notifier.providers.registry import provider_of
from services.notifier.texts import Texts, whole_minutes

LENGTHS: Final = ("full", "short", "least")
"""A text says less before it is cut in two: each part costs, and the parts of some never meet again."""


class TextMessages:
    """A text whose last line lets browsers fill the code in (origin-bound one-time codes, `@host #code`)."""

    name: ChannelName = "sms"
    is_fetched = False
    is_limited = True
    limits_notices = True

    def __init__(self) -> None:
        self._texts = Texts(self.name)
        self._notices = Texts(f"{self.name}/notice")

    def providers(self, config: SharedConfig, context: ProviderContext) -> tuple[Provider, ...]:
        return tuple(provider_of(account, self.name, context) for account in config.providers.sms)

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        if delivery.notice:
            return self._notice(delivery, delivery.notice, destination, particulars)
        if particulars.code is None:
            raise UnfitRequestError
        values = {
            "organization": particulars.organization,
            "code": particulars.code.get_secret_value(),
            "minutes": whole_minutes(particulars.life),
            "host": particulars.host,
        }
        bodies = (self._texts.render(delivery.locale, length=length, **values).rstrip() for length in LENGTHS)
        body = _shortest(bodies)
        mark = body.rpartition("\n")[2]
        return Message(
            delivery.id, destination, body, mark=mark, life=particulars.life, sender=particulars.sender.text or ""
        )

    def _notice(self, delivery: Delivery, notice: Notice, destination: str, particulars: Particulars) -> Message:
        """No mask of the method: its dots are not in the alphabet of texts, and would cut them to 70 characters."""
        body = self._notices.render(
            delivery.locale,
            organization=particulars.organization,
            kind=notice.kind,
            type=notice.method_type,
            link=particulars.link.get_secret_value() if particulars.link else None,
        ).strip()
        return Message(
            delivery.id, destination, body, mark=body, life=particulars.life, sender=particulars.sender.text or ""
        )


def _shortest(bodies: Iterable[str]) -> str:
    """The first that is whole, else the one with the fewest parts; those after it are not even written."""
    written = list[str]()
    for body in bodies:
        written.append(body)
        if segments(body) == 1:
            break
    return min(written, key=segments)
