"""What the pages show that set up a method, from the prompt to Success."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import SecretStr

from services.enrollment.web.view_parts import Choice, FieldError, FormKey, Frame, in_groups, minutes_left

PhoneType = Literal["mobile", "alternateMobile", "office"]


@dataclass(frozen=True)
class Country:
    """A choice of "Country or region"."""

    region: str
    name: str
    calling_code: int


@dataclass(frozen=True)
class MethodLine:
    """A method that is set up; `detail` is masked."""

    type: str
    label: str
    detail: str
    role: Literal["Default", "Backup"]


@dataclass(frozen=True)
class SkipOffer:
    """How many skips are left, of how many, and the day from which on there are none."""

    left: int
    of: int
    required_on: str


@dataclass(frozen=True)
class PromptView:
    """Step 1: more information required. `skip` where it can be put off; `used_up` where it no longer can. `reason` is
    the organisation's own sentence."""

    step: ClassVar[str] = "prompt"

    frame: Frame
    skip: SkipOffer | None = None
    used_up: bool = False
    reason: str | None = None
    error: None = None


@dataclass(frozen=True)
class ChooseView:
    """Another method than the one proposed, or one to prove; the form's field is `method`."""

    frame: Frame
    choices: tuple[Choice, ...]
    back: str | None = None
    chosen: str = ""
    error: FieldError | None = None
    question: str = "Which method do you want to set up?"
    heading: str = "Choose a method"
    step: str = "choose"


@dataclass(frozen=True)
class DownloadView:
    """Step 2: get the app. `app_url` is absolute; `qr_src` is the address of its picture (`wizard/qr.py`).

    `different_app` and `different_method` say whether policy allows the two ways around it.
    """

    step: ClassVar[str] = "authenticatorApp"

    frame: Frame
    app_url: str
    qr_src: str | None = None
    store_links: tuple[tuple[str, str], ...] = ()
    different_app: bool = False
    different_method: bool = False
    back: str | None = None
    error: None = None


@dataclass(frozen=True)
class SetupView:
    """Step 3: add the account in the app."""

    step: ClassVar[str] = "authenticatorApp.setup"

    frame: Frame
    back: str | None = None
    error: None = None


@dataclass(frozen=True)
class ScanView:
    """Step 4: connect the app with the account, by picture or (`manual`) by typing `code` and `url`.

    `manual_href` and `scan_href` lead from one to the other. `open_here_href` is what the picture says, for the person
    whose phone is this device. `error` is what "Next" answers before the app was heard of. `events_url` streams
    `event: activation` with `{connected, deviceName, expired}`.
    """

    step: ClassVar[str] = "authenticatorApp.scan"

    frame: Frame
    qr_src: str
    qr_alt: str
    code: SecretStr
    url: str
    manual_href: str
    open_here_href: str
    events_url: str
    expires_at: datetime
    scan_href: str = "/security-info/setup"
    manual: bool = False
    connected: bool = False
    device_name: str | None = None
    expired: bool = False
    error: str | None = None
    back: str | None = None

    @property
    def minutes_left(self) -> int | None:
        """How long picture and code can be used, in whole minutes, begun ones counted."""
        return minutes_left(self.frame, self.expires_at)

    @property
    def state(self) -> Literal["waiting", "connected", "expired"]:
        """What the page shows; an app that connected in time stays connected."""
        return "connected" if self.connected else "expired" if self.expired else "waiting"

    @property
    def code_groups(self) -> tuple[str, ...]:
        """The code in threes."""
        return in_groups(self.code.get_secret_value(), 3)


@dataclass(frozen=True)
class SoftwareIntroView:
    """A different authenticator app: have it at hand."""

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

    step: ClassVar[str] = "softwareOath.scan"

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
        """The secret in fours."""
        return in_groups(self.secret.get_secret_value(), 4)


@dataclass(frozen=True)
class PhoneView:
    """Step 7: the phone number, and how to reach it.

    `deliveries` is asked only where there is more than one. `extension` belongs to an office phone. `profile_note`
    tells of the risks of telephony, as strict profiles demand (NIST SP 800-63B-4, 3.2.9).
    """

    step: ClassVar[str] = "phone"

    frame: Frame
    countries: tuple[Country, ...]
    region: str
    number: str
    form_token: FormKey
    error: FieldError | None = None
    profile_note: bool = False
    back: str | None = None
    deliveries: tuple[Choice, ...] = ()
    delivery: str = "sms"
    phone_type: PhoneType = "mobile"
    extension: str = ""
    different_method: bool = False


@dataclass(frozen=True)
class EmailView:
    """An email address to send a code to."""

    step: ClassVar[str] = "email"

    frame: Frame
    address: str
    form_token: FormKey
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False


@dataclass(frozen=True)
class QuestionRow:
    """A question, chosen by its id, with its answer. No page ever shows `answer`."""

    chosen: str
    answer: SecretStr | None = None
    error: str | None = None


@dataclass(frozen=True)
class QuestionsView:
    """Security questions to choose (`questions`: id and text) and to answer, one row each."""

    step: ClassVar[str] = "securityQuestions"

    frame: Frame
    rows: tuple[QuestionRow, ...]
    questions: tuple[tuple[str, str], ...]
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False

    def error_of(self, position: int) -> FieldError | None:
        """What is wrong with the answer of a row; the first has position 1."""
        text = self.rows[position - 1].error
        return FieldError(f"answer-{position}", text) if text else self.error


@dataclass(frozen=True)
class RecoveryIntroView:
    """What recovery codes are; `replaces` where earlier ones stop working."""

    step: ClassVar[str] = "recoveryCodes"

    frame: Frame
    back: str | None = None
    different_method: bool = False
    replaces: bool = False
    error: None = None


@dataclass(frozen=True)
class RecoveryCodesView:
    """The recovery codes, shown until the person says that they are saved (field `saved`)."""

    step: ClassVar[str] = "recoveryCodes.show"

    frame: Frame
    codes: tuple[SecretStr, ...]
    error: FieldError | None = None

    @property
    def lines(self) -> str:
        """All codes, one a line, to copy and to keep as a file."""
        return "\n".join(code.get_secret_value() for code in self.codes)


@dataclass(frozen=True)
class DoneView:
    """The end of a method's set-up: "Phone verified", "Notification approved"."""

    frame: Frame
    heading: str
    text: str
    next_label: str
    step: str = "phone.verified"
    error: None = None


@dataclass(frozen=True)
class SuccessView:
    """Step 10: everything that is set up."""

    step: ClassVar[str] = "success"

    frame: Frame
    methods: tuple[MethodLine, ...]
    error: None = None


@dataclass(frozen=True)
class CancelView:
    """Ask once before leaving; also the answer to "Not you?"."""

    step: ClassVar[str] = ""

    frame: Frame
    error: None = None


@dataclass(frozen=True)
class MessageView:
    """Something to know and at most one thing to do: an ended session, a used ticket, a problem.

    `action` and `help` are a label and an address; `reference` the trace id to quote.
    """

    step: ClassVar[str] = ""

    frame: Frame
    heading: str
    text: str
    action: tuple[str, str] | None = None
    reference: str | None = None
    help: tuple[str, str] | None = None
    error: None = None
