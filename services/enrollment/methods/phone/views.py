"""What the pages of a phone show: the number, and a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from services.enrollment.challenges.domain.challenge import PhoneType
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import sentences
from services.enrollment.methods.phone.words import ABOUT_WITH_WHATSAPP, CALL, NUMBERS, RATES, CallWords, NumberWords
from services.enrollment.proofs.sent_code.missing import WORDS as MISSING
from services.enrollment.proofs.sent_code.missing import Missing, missing
from services.enrollment.web.views import Choice, FieldError, FormKey, Frame, challenge_of
from services.enrollment.web.words import StateText

CallState = Literal["waiting", "confirmed", "denied", "failed", "expired", "cancelled"]
"""What became of a call."""


@dataclass(frozen=True)
class Country:
    """A choice of "Country or region"."""

    region: str
    name: str
    calling_code: int


@dataclass(frozen=True)
class PhoneView:
    """The phone number, and how to reach it.

    `deliveries` is asked only where there is more than one. `extension` belongs to an office phone. `profile_note`
    tells of the risks of telephony, as strict profiles demand (NIST SP 800-63B-4, 3.2.9).
    """

    template: ClassVar[str] = "phone/number.html"
    step: ClassVar[str] = "phone"

    frame: Frame
    countries: tuple[Country, ...]
    region: str
    number: str
    form_token: FormKey
    error: FieldError | None = None
    profile_note: bool = False
    back: str | None = None
    changing: str | None = None
    deliveries: tuple[Choice, ...] = ()
    delivery: str = "sms"
    phone_type: PhoneType = "mobile"
    extension: str = ""
    different_method: bool = False

    @property
    def words(self) -> NumberWords:
        return NUMBERS[self.phone_type]

    @property
    def about(self) -> str:
        return ABOUT_WITH_WHATSAPP if any(way == "whatsapp" for way, *_ in self.deliveries) else self.words.about

    @property
    def hint(self) -> str:
        """What number is meant, and what it costs where no choice beside it says so."""
        return self.words.hint if len(self.deliveries) > 1 else sentences(self.words.hint, RATES)


@dataclass(frozen=True)
class CallView:
    """Answer the call and press #. `text` is what is known of the call while it can still be answered."""

    template: ClassVar[str] = "phone/call.html"
    words: ClassVar[CallWords] = CALL

    frame: Frame
    masked: str
    state: CallState
    text: str
    events_url: str
    call_again_at: datetime | None
    calls_left: int
    ended: bool = False
    back: str | None = None
    text_instead: bool = False
    whatsapp_instead: bool = False
    other_method: bool = False
    unheard: bool = False
    later: object = None
    help_in: int | None = None
    different_method: bool = False
    place: str | None = None
    suspends: bool = False
    step: str = "phone.call"

    @property
    def states(self) -> Mapping[str, StateText]:
        """What each state is called, with what follows from a report of a phone on file."""
        denied = StateText(CALL.states["denied"].headline, CALL.suspended)
        return {**CALL.states, "denied": denied} if self.suspends else CALL.states

    @property
    def error(self) -> str | None:
        """What went wrong, in words; None while waiting and once confirmed."""
        if self.state == "waiting":
            return self.text if self.unheard else None
        return None if self.state == "confirmed" else CALL.states[self.state].headline

    @property
    def shown(self) -> str:
        return "undelivered" if self.state == "failed" and not self.ended else self.state

    @property
    def announced(self) -> StateText:
        """The state, and what is known of the call or what to do."""
        fixed = self.states[self.shown]
        return StateText(fixed.headline, self.text) if self.shown in {"waiting", "undelivered"} else fixed

    @property
    def may_be_missing(self) -> bool:
        """Whether the call is still to come, or did not get there."""
        return self.shown in {"waiting", "undelivered"}

    @property
    def missing(self) -> Missing:
        """What helps where no call comes: all that the page offers."""
        ways = (
            (self.calls_left > 0, MISSING["voice"].again),
            (self.text_instead, _("have a code texted to you instead")),
            (self.whatsapp_instead, _("have a code sent by WhatsApp instead")),
            (self.back is not None, _("go back and use a different number")),
            (self.other_method, _("use a different method")),
            (self.different_method, _("set up a different method")),
        )
        offered = [way for is_there, way in ways if is_there]
        new = self.back is not None
        return missing("voice", self.help_in, self.masked, offered, place=self.place, new=new)

    @property
    def challenge_id(self) -> str:
        return challenge_of(self.events_url)
