"""The registry of channels: one file and one line each."""

from collections.abc import Callable, Mapping

from schemas.base import Channel as ChannelName
from services.notifier.channels.base import Channel
from services.notifier.channels.email import Mails
from services.notifier.channels.push import PushMessages
from services.notifier.channels.sms import TextMessages
from services.notifier.channels.voice import VoiceCalls
from services.notifier.channels.whatsapp import WhatsAppMessages

CHANNELS: Mapping[ChannelName, Callable[[], Channel]] = {
    "email": Mails,
    "push": PushMessages,
    "sms": TextMessages,
    "voice": VoiceCalls,
    "whatsapp": WhatsAppMessages,
}
