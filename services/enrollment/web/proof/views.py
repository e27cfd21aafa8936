"""What the pages show that ask for a proof, whether a method is being set up or the person verifies who they are.

`other_method` offers another proof ("Use a different method"); `ended` means that this one is over. `events_url` is
where the changes of the challenge are streamed (`event: challenge`), with its id as the query's `challenge`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from services.enrollment.web import texts
from services.enrollment.web.view_parts import FieldError, Frame, challenge_of, minutes_left

ApprovalState = Literal["waiting", "approved", "denied", "expired", "wrongNumber", "failed"]
"""What became of a request that the app was asked to approve."""

CallState = Literal["waiting", "confirmed", "denied", "failed", "expired"]
"""What became of a call."""

Channel = Literal["sms", "voice", "email"]


@dataclass(frozen=True)
class DeliveryView:
    """What is known of the newest message."""

    state: Literal["queued", "sent", "delivered", "failed", "unknown"]
    text: str


@dataclass(frozen=True)
class CodeView:
    """Step 8: what became of the message, and the code.

    `checking` is shown while a code is being judged. `call_instead` and `text_instead` offer the other way to reach the
    phone. `different` is a link sideways: label and address.
    """

    frame: Frame
    masked: str
    delivery: DeliveryView
    resend_at: datetime | None
    resend_available: bool
    sends_left: int
    attempts_left: int
    code_digits: int
    events_url: str
    expires_at: datetime
    error: FieldError | None = None
    checking: str | None = None
    ended: bool = False
    back: str | None = None
    channel: Channel = "sms"
    call_instead: bool = False
    text_instead: bool = False
    different: tuple[str, str] | None = None
    other_method: bool = False
    step: str = "phone.code"

    @property
    def minutes_left(self) -> int | None:
        """How long the code lives, in whole minutes, begun ones counted; None without a `now` or after its end."""
        return minutes_left(self.frame, self.expires_at)

    @property
    def challenge_id(self) -> str:
        """The challenge that the form answers."""
        return challenge_of(self.events_url)


@dataclass(frozen=True)
class CallView:
    """Step 8b: answer the call and press #. `text` is what is known of the call while it can still be answered."""

    frame: Frame
    masked: str
    state: CallState
    text: str
    events_url: str
    call_again_at: datetime | None
    calls_left: int
    ended: bool = False
    back: str | None = None
    text_instead: bool = False
    other_method: bool = False
    unheard: bool = False
    step: str = "phone.call"

    @property
    def error(self) -> str | None:
        """What went wrong, in words; None while waiting and once confirmed."""
        if self.state == "waiting":
            return self.text if self.unheard else None
        return None if self.state == "confirmed" else texts.CALL[self.state].headline

    @property
    def shown(self) -> str:
        """The state, or `undelivered` where the call failed and another one may be tried."""
        return "undelivered" if self.state == "failed" and not self.ended else self.state

    @property
    def told(self) -> texts.StateText:
        """What is announced: the state, and what is known of the call or what to do."""
        fixed = texts.CALL[self.shown]
        return texts.StateText(fixed.headline, self.text) if self.shown in {"waiting", "undelivered"} else fixed

    @property
    def challenge_id(self) -> str:
        """The call that the form is about."""
        return challenge_of(self.events_url)


@dataclass(frozen=True)
class TryView:
    """Step 5: approve a request in the app, with the number that is shown here.

    `push_known` is false when the app gets no notifications and has to be opened. `unheard` is what "Next" answers
    before the approval; `has_codes` offers a one-time code of the app instead; `reported` means that the person said
    that nobody asked for the request.
    """

    frame: Frame
    device: str
    number: str
    state: ApprovalState
    events_url: str
    send_again_at: datetime | None
    expires_at: datetime
    push_known: bool = True
    unheard: bool = False
    reported: bool = False
    has_codes: bool = False
    back: str | None = None
    other_method: bool = False
    step: str = "authenticatorApp.test"

    @property
    def error(self) -> str | None:
        """What went wrong, in words; None while waiting and once approved."""
        if self.state == "waiting":
            return texts.NOT_APPROVED_YET if self.unheard else None
        return None if self.state == "approved" else texts.APPROVAL[self.state].headline

    @property
    def challenge_id(self) -> str:
        """The request that the form is about."""
        return challenge_of(self.events_url)

    @property
    def minutes_left(self) -> int | None:
        """How long the request can be approved, in whole minutes, begun ones counted."""
        return minutes_left(self.frame, self.expires_at)


@dataclass(frozen=True)
class AppCodeView:
    """A one-time code that an app shows, instead of an approval (step 5) or as the only proof.

    `app` is how the person knows the app. `request_possible` offers the approval again. The rest as in `CodeView`.
    """

    step: str

    frame: Frame
    app: str
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
        """The challenge that the form answers."""
        return challenge_of(self.events_url)


@dataclass(frozen=True)
class TypedProofView:
    """A recovery code or a Temporary Access Pass to type."""

    step: ClassVar[str] = "prove"

    frame: Frame
    kind: Literal["recoveryCode", "temporaryAccessPass"]
    challenge_id: str
    attempts_left: int
    events_url: str
    error: FieldError | None = None
    other_method: bool = False
    ended: bool = False
    checking: str | None = None


@dataclass(frozen=True)
class AskedQuestionsView:
    """The security questions (id and text) to answer, all right at once."""

    step: ClassVar[str] = "prove"

    frame: Frame
    challenge_id: str
    questions: tuple[tuple[str, str], ...]
    attempts_left: int
    error: FieldError | None = None
    other_method: bool = False
    ended: bool = False
    events_url: str = ""
    checking: str | None = None


@dataclass(frozen=True)
class PasskeyView:
    """Make a passkey, or use one. `options` is what the browser is asked, as JSON (WebAuthn Level 3, 5.1.8, 5.1.9)."""

    frame: Frame
    options: str
    challenge_id: str
    ceremony: Literal["create", "get"] = "create"
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False
    other_method: bool = False
    step: str = "passkey"
