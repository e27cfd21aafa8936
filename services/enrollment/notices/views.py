"""What "This wasn't me?" shows."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr

from services.enrollment.web.views import Frame


@dataclass(frozen=True)
class NotMeView:
    """The page of the link in a notice: `text` is what changed and when, `what` the button will do or did (`done`)."""

    template: ClassVar[str] = "notices/not_me.html"
    step: ClassVar[str] = ""

    frame: Frame
    text: str
    token: SecretStr
    done: bool
    what: tuple[str, ...]
    error: None = None
