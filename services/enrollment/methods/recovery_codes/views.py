"""What the pages of recovery codes show."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr

from services.enrollment.i18n import long_date
from services.enrollment.methods.recovery_codes import words
from services.enrollment.web.views import FieldError, Frame


@dataclass(frozen=True)
class RecoveryIntroView:
    """What recovery codes are; `replaces` where earlier ones stop working."""

    template: ClassVar[str] = "recovery_codes/intro.html"
    step: ClassVar[str] = "recoveryCodes"

    frame: Frame
    back: str | None = None
    different_method: bool = False
    replaces: bool = False
    error: None = None


@dataclass(frozen=True)
class RecoveryCodesView:
    """The recovery codes, shown until the person says that they are saved (field `saved`). `keeping` streams what
    becomes of them, while their hashes are still being made."""

    template: ClassVar[str] = "recovery_codes/codes.html"
    step: ClassVar[str] = "recoveryCodes.show"
    copied: ClassVar[str] = words.COPIED
    downloaded: ClassVar[str] = words.DOWNLOADED

    frame: Frame
    codes: tuple[SecretStr, ...]
    error: FieldError | None = None
    keeping: str | None = None

    @property
    def written(self) -> str:
        """What the file says above the codes: whose they are, of which account, and since when."""
        made = long_date(self.frame.now) if self.frame.now else ""
        places = {"organization": self.frame.organization, "person": self.frame.person or "", "day": made}
        return "".join(f"{line.format(**places)}\n" for line in words.WRITTEN)

    @property
    def lines(self) -> str:
        return "\n".join(code.get_secret_value() for code in self.codes)
