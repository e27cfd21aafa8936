"""What a message by WhatsApp holds."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from services.notifier.channels.base import Particulars, UnfitRequestError
from services.notifier.channels.whatsapp import WhatsAppMessages
from services.notifier.domain.delivery import Notice
from tests.support.builders.deliveries import delivery
from tests.support.clock import NOON

CHANNEL = WhatsAppMessages()
NUMBER = "+447700900142"
LIFE = timedelta(minutes=5)


def test_it_is_the_code_and_the_persons_locale() -> None:
    particulars = Particulars("Northbridge", SecretStr("012345"), LIFE, "localhost")
    message = CHANNEL.compose(delivery("whatsapp", locale="de-AT"), NUMBER, particulars)
    assert (message.to, message.body, message.locale, message.life) == (NUMBER, "012345", "de-AT", LIFE)
    assert "012345" not in repr(message)


def test_a_template_for_codes_tells_of_no_change() -> None:
    notice = Notice(notice_id="n-1", kind="methodRegistered", display_name="", happened_at=NOON)
    with pytest.raises(UnfitRequestError):
        CHANNEL.compose(delivery("whatsapp", notice), NUMBER, Particulars("Northbridge", None, LIFE, None))


def test_each_message_is_counted_by_its_number() -> None:
    assert (CHANNEL.is_limited, CHANNEL.is_fetched) == (True, False)
