"""What the page of a code shows that a message or a call brings."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from services.enrollment.i18n import Plural
from services.enrollment.i18n import gettext as _
from services.enrollment.proofs.sent_code.missing import WORDS as MISSING
from services.enrollment.proofs.sent_code.missing import Missing, missing
from services.enrollment.proofs.sent_code.words import CHANNELS, VALID_FOR, WRONG, WRONG_OF_CALL, ChannelWords
from services.enrollment.web.views import FieldError, Frame, Told, challenge_of, minutes_left
from services.enrollment.web.words import DIGITS

Channel = Literal["sms", "voice", "email", "whatsapp"]


@dataclass(frozen=True)
class CodeView:
    """What became of the message, and the code.

    `checking` is shown while a code is being judged; `ended` means that this code is over. `call_instead`,
    `text_instead` and `whatsapp_instead` offer the other ways to reach the phone, `other_method` another proof.
    `different` is a link sideways: label and address. `different_method` leads to another method to set up, `place` is
    the country of a number that was just typed. `events_url` streams the changes of the challenge, whose id is in its
    query.
    """

    template: ClassVar[str] = "sent_code/code.html"

    frame: Frame
    masked: str
    delivery: Told
    resend_at: datetime | None
    resend_available: bool
    sends_left: int
    attempts_left: int
    code_digits: int
    events_url: str
    expires_at: datetime
    error: FieldError | None = None
    checking: str | None = None
    ended: bool = False
    back: str | None = None
    channel: Channel = "sms"
    call_instead: bool = False
    text_instead: bool = False
    whatsapp_instead: bool = False
    different: tuple[str, str] | None = None
    other_method: bool = False
    different_method: bool = False
    place: str | None = None
    step: str = "phone.code"

    @property
    def words(self) -> ChannelWords:
        return CHANNELS[self.channel]

    @property
    def wrong(self) -> Plural:
        return WRONG_OF_CALL if self.channel == "voice" else WRONG

    @property
    def minutes_left(self) -> int | None:
        """How long the code lives, in whole minutes, begun ones counted; None without a `now` or after its end."""
        return minutes_left(self.frame, self.expires_at)

    @property
    def digits(self) -> str:
        return DIGITS.of(self.code_digits)

    @property
    def digits_and_life(self) -> str:
        """How many digits, and how much longer the code works."""
        return VALID_FOR.of(self.minutes_left or 0, digits=self.code_digits)

    @property
    def missing(self) -> Missing:
        """What helps where nothing comes: all that the page offers."""
        another = _("use a different address") if self.channel == "email" else _("use a different number")
        ways = (
            (self.sends_left > 0, MISSING[self.channel].again),
            (self.call_instead, _("have us call you instead")),
            (self.text_instead, _("have a code texted to you instead")),
            (self.whatsapp_instead, _("have a code sent by WhatsApp instead")),
            (self.different is not None, another),
            (self.other_method, _("use a different method")),
            (self.different_method, _("set up a different method")),
        )
        offered = [way for is_there, way in ways if is_there]
        new = self.different is not None
        return missing(self.channel, self.delivery.help_in, self.masked, offered, place=self.place, new=new)

    @property
    def challenge_id(self) -> str:
        return challenge_of(self.events_url)
