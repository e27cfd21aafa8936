"""What the page of an email address shows."""

from dataclasses import dataclass
from typing import ClassVar

from services.enrollment.web.views import FieldError, FormKey, Frame


@dataclass(frozen=True)
class EmailView:
    """An email address to send a code to."""

    template: ClassVar[str] = "email/address.html"
    step: ClassVar[str] = "email"

    frame: Frame
    address: str
    form_token: FormKey
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False
