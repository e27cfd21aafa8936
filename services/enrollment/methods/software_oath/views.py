"""What the pages of a different authenticator app show."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr

from services.enrollment.methods.software_oath.words import COPIED
from services.enrollment.web.views import Frame, in_groups


@dataclass(frozen=True)
class SoftwareIntroView:
    """A different authenticator app: have it at hand."""

    template: ClassVar[str] = "software_oath/intro.html"
    step: ClassVar[str] = "softwareOath"

    frame: Frame
    back: str | None = None
    different_method: bool = False
    error: None = None


@dataclass(frozen=True)
class SoftwareScanView:
    """The key of a different app, as a picture and (base32) to type.

    `open_here_href` is the same as an `otpauth:` link, for an app on this device.
    """

    template: ClassVar[str] = "software_oath/scan.html"
    step: ClassVar[str] = "softwareOath.scan"
    copied: ClassVar[str] = COPIED

    frame: Frame
    qr_src: str
    secret: SecretStr
    account: str
    issuer: str
    open_here_href: str
    back: str | None = None
    error: None = None

    @property
    def secret_groups(self) -> tuple[str, ...]:
        return in_groups(self.secret.get_secret_value(), 4)
