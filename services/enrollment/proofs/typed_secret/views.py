"""What the page of a secret shows that the person types."""

from dataclasses import dataclass
from typing import ClassVar

from services.enrollment.proofs.typed_secret.words import SecretWords
from services.enrollment.web.views import FieldError, Frame


@dataclass(frozen=True)
class TypedSecretView:
    """A recovery code or a Temporary Access Pass to type."""

    template: ClassVar[str] = "typed_secret/secret.html"
    step: ClassVar[str] = "prove"

    frame: Frame
    words: SecretWords
    challenge_id: str
    attempts_left: int
    events_url: str
    error: FieldError | None = None
    other_method: bool = False
    ended: bool = False
    checking: str | None = None
