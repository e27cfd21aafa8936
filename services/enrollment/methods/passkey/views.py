"""What the page of a passkey shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from services.enrollment.methods.passkey import words
from services.enrollment.web.views import FieldError, Frame


@dataclass(frozen=True)
class PasskeyView:
    """Make a passkey, or use one. `options` is what the browser is asked, as JSON (WebAuthn Level 3, 5.1.8, 5.1.9)."""

    template: ClassVar[str] = "passkey/passkey.html"
    asking: ClassVar[str] = words.ASKING
    outcomes: ClassVar[Mapping[str, str]] = words.OUTCOMES

    frame: Frame
    options: str
    challenge_id: str
    ceremony: Literal["create", "get"] = "create"
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False
    other_method: bool = False
    step: str = "passkey"
