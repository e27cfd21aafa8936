"""What the page of a code shows that an app shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.enrollment.i18n import Plural
from services.enrollment.proofs.app_code import words
from services.enrollment.web.views import FieldError, Frame, challenge_of


@dataclass(frozen=True)
class AppCodeView:
    """A one-time code that an app shows, instead of an approval or as the only proof.

    `device` is how the person knows the device with the app, None where it has no name. `request_possible` offers the
    approval again, `other_method` another proof. `checking` is shown while a code is being judged; `ended` means that
    this attempt is over.
    """

    template: ClassVar[str] = "app_code/code.html"
    wrong: ClassVar[Plural] = words.WRONG
    over: ClassVar[str] = words.OVER

    step: str

    frame: Frame
    device: str | None
    attempts_left: int
    events_url: str
    expires_at: datetime
    code_digits: int = 6
    request_possible: bool = False
    error: FieldError | None = None
    checking: str | None = None
    ended: bool = False
    back: str | None = None
    other_method: bool = False

    @property
    def challenge_id(self) -> str:
        return challenge_of(self.events_url)
