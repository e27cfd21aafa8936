"""What the last step of every method shows."""

from dataclasses import dataclass
from typing import ClassVar

from services.enrollment.web.views import Frame


@dataclass(frozen=True)
class DoneView:
    """The end of a method's set-up: "Phone verified", "Notification approved"."""

    template: ClassVar[str] = "base/done.html"

    frame: Frame
    heading: str
    text: str
    next_label: str
    step: str = "phone.verified"
    error: None = None
