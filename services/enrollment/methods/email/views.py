"""What the page of an email address shows."""

from dataclasses import dataclass
from typing import ClassVar

from services.enrollment.web.views import FieldError, FormKey, Frame


@dataclass(frozen=True)
class EmailView:
    """An email address to send a code to. `changing` is the one that it takes the place of, masked; `confirming` asks
    whether an address of the organisation is meant."""

    template: ClassVar[str] = "email/address.html"
    step: ClassVar[str] = "email"

    frame: Frame
    address: str
    form_token: FormKey
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False
    changing: str | None = None
    confirming: bool = False
