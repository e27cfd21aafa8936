"""What the pages of a hardware token show."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.enrollment.i18n import Plural
from services.enrollment.methods.hardware_oath import words
from services.enrollment.web.views import FieldError, FormKey, Frame, challenge_of


@dataclass(frozen=True)
class SerialNumberView:
    """Which token it is."""

    template: ClassVar[str] = "hardware_oath/number.html"
    step: ClassVar[str] = "hardwareOath"

    frame: Frame
    serial_number: str
    form_token: FormKey
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False


@dataclass(frozen=True)
class TokenCodeView:
    """The code that a token shows, or two of them in a row. With a button, it is pressed for each.

    `checking` is shown while a code is being judged; `ended` means that this attempt is over.
    """

    template: ClassVar[str] = "hardware_oath/code.html"
    wrong: ClassVar[Plural] = words.WRONG
    over: ClassVar[str] = words.OVER

    step: str

    frame: Frame
    attempts_left: int
    events_url: str
    expires_at: datetime
    code_digits: int
    has_button: bool
    error: FieldError | None = None
    checking: str | None = None
    ended: bool = False
    back: str | None = None
    other_method: bool = False

    @property
    def hint(self) -> str:
        return words.TWO_IN_A_ROW.of(self.code_digits)

    @property
    def challenge_id(self) -> str:
        return challenge_of(self.events_url)
