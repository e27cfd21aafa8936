"""Mails: a code, or the notice of a change. Each has text and HTML; the first line of the text is the subject."""

import re
from datetime import UTC
from typing import Final

from schemas.base import Channel as ChannelName
from services.kit.config.file import SharedConfig
from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.domain.delivery import Delivery, Notice
from services.notifier.providers.base import Message, Provider, ProviderContext
from services.notifier.providers.registry import provider_of
from services.notifier.texts import Texts, whole_minutes

PRODUCTS_NAME: Final = re.compile(
    r"passkey|authenticator app|temporary access pass|\d+ (codes|questions)", re.IGNORECASE
)
"""Names that methods are given by the product, in English. They tell no more than the type, and nothing to who reads
another language."""


class Mails:
    """What only a mail can say at length."""

    name: ChannelName = "email"
    is_fetched = False
    is_limited = True
    limits_notices = False

    def __init__(self) -> None:
        self._code = Letter("code")
        self._notice = Letter("notice")

    def providers(self, config: SharedConfig, context: ProviderContext) -> tuple[Provider, ...]:
        return tuple(provider_of(account, self.name, context) for account in config.providers.email)

    def compose(self, delivery: Delivery, destination: str, particulars: Particulars) -> Message:
        if delivery.notice:
            words = _words_of(delivery.notice, particulars)
            return self._notice.written(delivery, destination, particulars, **words)
        if particulars.code is None:
            raise UnfitRequestError
        return self._code.written(
            delivery,
            destination,
            particulars,
            organization=particulars.organization,
            accent=particulars.accent,
            code=particulars.code.get_secret_value(),
            minutes=whole_minutes(particulars.life),
            in_subject=particulars.code_in_subject,
        )


class Letter:
    def __init__(self, kind: str) -> None:
        self._text = Texts(f"email/{kind}")
        self._html = Texts(f"email/{kind}", ".html")

    def written(self, delivery: Delivery, destination: str, particulars: Particulars, **values: object) -> Message:
        subject, _, body = self._text.render(delivery.locale, **values).partition("\n\n")
        html = self._html.render(delivery.locale, **values)
        return Message(
            delivery.id,
            destination,
            body,
            mark="",
            life=particulars.life,
            subject=_plain(subject),
            html=html,
            sender=particulars.sender.mail or "",
            sender_name=particulars.sender.mail_name or "",
        )


def _words_of(notice: Notice, particulars: Particulars) -> dict[str, object]:
    name = _plain(notice.display_name)
    return {
        "organization": particulars.organization,
        "accent": particulars.accent,
        "kind": notice.kind,
        "type": notice.method_type,
        "name": name,
        "is_named": bool(name) and not PRODUCTS_NAME.fullmatch(name),
        "at": notice.happened_at.astimezone(UTC),
        "link": particulars.link.get_secret_value() if particulars.link else None,
    }


def _plain(text: str) -> str:
    """One line of what can be seen: a name of the person's own may hold anything."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
