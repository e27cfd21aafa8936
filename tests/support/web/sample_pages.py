"""A sample view of each page of a method."""

from datetime import timedelta

from pydantic import SecretStr

from services.enrollment.methods.authenticator_app.views import (
    ApprovalState,
    DownloadView,
    ScanView,
    TryView,
)
from services.enrollment.methods.hardware_oath.views import TokenCodeView
from services.enrollment.methods.passkey.views import PasskeyView
from services.enrollment.methods.phone.views import CallState, CallView, PhoneView
from services.enrollment.methods.recovery_codes.views import RecoveryCodesView
from services.enrollment.methods.recovery_codes.words import PROOF as RECOVERY_CODE
from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.methods.security_questions.views import AskedQuestionsView, QuestionRow, QuestionsView
from services.enrollment.proofs.app_code.views import AppCodeView
from services.enrollment.proofs.sent_code.views import CodeView
from services.enrollment.proofs.typed_secret.views import TypedSecretView
from services.enrollment.web.views import (
    ChooseView,
    FieldError,
    MethodChoice,
    Told,
)
from tests.support.web.sample_frame import (
    ACTIVATION_LINK,
    ACTIVATION_URL,
    APP,
    APP_STEPS,
    CHALLENGE,
    CODES,
    COUNTRIES,
    CREATION_OPTIONS,
    DEVICE,
    EVENTS_URL,
    MASKED,
    NOW,
    PROVING,
    QUESTIONS,
    SETUP,
    TOKEN_STEPS,
    frame,
)


def phone_view(error: FieldError | None = None) -> PhoneView:
    """The number as it is asked for first, or with an error."""
    return PhoneView(
        frame=frame("Phone", 0),
        countries=COUNTRIES,
        region="GB",
        number="12345" if error else "",
        form_token="one-press",
        error=error,
        back="/security-info/setup?step=prompt",
    )


def code_view(error: FieldError | None = None) -> CodeView:
    """The code, with a message that was sent a moment ago."""
    return CodeView(
        frame=frame("Enter the code", 1),
        masked=MASKED,
        delivery=Told("sent", f"We sent a 6-digit code to {MASKED}."),
        resend_at=NOW + timedelta(seconds=30),
        resend_available=False,
        sends_left=4,
        attempts_left=5,
        code_digits=6,
        events_url="/security-info/setup/events?challenge=0193a000-challenge",
        expires_at=NOW + timedelta(minutes=5),
        error=error,
        back="/security-info/setup?step=phone",
    )


def download_view() -> DownloadView:
    """Getting the app, with all that it can offer."""
    return DownloadView(
        frame=frame("Authenticator app", 0, APP_STEPS),
        app_url=APP,
        qr_src=f"{SETUP}/app.svg",
        store_links=(("App Store", "https://apps.example/1"), ("Google Play", "https://play.example/1")),
        different_app=True,
        different_method=True,
        back=f"{SETUP}?step=prompt",
    )


def scan_view() -> ScanView:
    """Connecting the app, before it was heard of."""
    return ScanView(
        frame=frame("Scan the QR code", 2, APP_STEPS),
        qr_src=f"{SETUP}/qr.svg",
        qr_alt="QR code that connects the app. If you can't scan it, use the code and the URL.",
        code=SecretStr("314159265"),
        url=ACTIVATION_URL,
        manual_href=f"{SETUP}?manual=1",
        open_here_href=ACTIVATION_LINK,
        events_url=f"{SETUP}/events?activation=7K2M9QXW",
        expires_at=NOW + timedelta(minutes=10),
        back=f"{SETUP}?step=authenticatorApp.setup",
    )


def try_view(state: ApprovalState = "waiting") -> TryView:
    """The request, a moment after it was sent or once it has ended."""
    return TryView(
        frame=frame("Let's try it out", 3, APP_STEPS),
        device=DEVICE,
        number="42",
        state=state,
        events_url=f"{SETUP}/events?challenge=0193a000-challenge",
        send_again_at=NOW + timedelta(seconds=60),
        expires_at=NOW + timedelta(minutes=5),
        back=f"{SETUP}?step=authenticatorApp.scan",
    )


def app_code_view(error: FieldError | None = None) -> AppCodeView:
    """A one-time code of the app instead of the request."""
    return AppCodeView(
        step="authenticatorApp.code",
        frame=frame("Enter the code from your app", 3, APP_STEPS),
        device=DEVICE,
        attempts_left=5,
        events_url=f"{SETUP}/events?challenge=0193a000-challenge",
        expires_at=NOW + timedelta(minutes=5),
        request_possible=True,
        error=error,
        back=f"{SETUP}?step=authenticatorApp.scan",
    )


def token_code_view(error: FieldError | None = None) -> TokenCodeView:
    """The code of a token with a button."""
    return TokenCodeView(
        step="hardwareOath.code",
        frame=frame("Enter the code from your token", 1, TOKEN_STEPS),
        attempts_left=4 if error else 5,
        events_url=f"{SETUP}/events?challenge=0193a000-challenge",
        expires_at=NOW + timedelta(minutes=5),
        code_digits=8,
        has_button=True,
        error=error,
        back=f"{SETUP}?step=hardwareOath",
    )


def choose_view(error: FieldError | None = None) -> ChooseView:
    """A choice of two methods."""
    return ChooseView(
        frame=frame("Choose a method"),
        choices=(
            MethodChoice(
                "authenticatorApp",
                "Authenticator app",
                "Approve sign-ins in an app on your phone.",
                "authenticatorApp",
                recommended=True,
            ),
            MethodChoice("phone", "Phone", "Get a code by text message.", "phone"),
        ),
        back=SETUP,
        error=error,
    )


def call_view(state: CallState = "waiting") -> CallView:
    """The call, a moment after the phone began to ring or once it has ended."""
    return CallView(
        frame=frame("Answer the call", 1),
        masked=MASKED,
        state=state,
        text=f"We are calling {MASKED}. Answer and press #.",
        events_url=EVENTS_URL,
        call_again_at=NOW + timedelta(seconds=30),
        calls_left=4,
        ended=state not in {"waiting", "confirmed"},
        back=f"{SETUP}?step=phone",
        text_instead=True,
    )


def questions_view(error: FieldError | None = None) -> QuestionsView:
    """Three questions to choose; after an error they are chosen."""
    chosen = [one for one, _ in QUESTIONS] if error else [""] * 3
    return QuestionsView(
        frame=frame("Security questions"),
        rows=tuple(
            QuestionRow(one, error=error.text if error and error.field == f"answer-{at}" else None)
            for at, one in enumerate(chosen, 1)
        ),
        questions=QUESTIONS,
        error=error,
        back=f"{SETUP}?step=prompt",
        different_method=True,
    )


def passkey_view(error: FieldError | None = None) -> PasskeyView:
    """A passkey to make."""
    return PasskeyView(
        frame=frame("Passkey"),
        options=CREATION_OPTIONS,
        challenge_id=CHALLENGE,
        error=error,
        back=f"{SETUP}?step=prompt",
        different_method=True,
    )


def recovery_codes_view(error: FieldError | None = None) -> RecoveryCodesView:
    """Ten codes to keep."""
    return RecoveryCodesView(
        frame=frame("Save your recovery codes"), codes=tuple(SecretStr(code) for code in CODES), error=error
    )


def typed_proof_view(error: FieldError | None = None) -> TypedSecretView:
    """A recovery code to type."""
    return TypedSecretView(
        frame=PROVING,
        words=RECOVERY_CODE,
        challenge_id=CHALLENGE,
        attempts_left=5,
        events_url=EVENTS_URL,
        error=error,
        other_method=True,
    )


def asked_view(error: FieldError | None = None) -> AskedQuestionsView:
    """Two questions to answer."""
    return AskedQuestionsView(
        frame=PROVING,
        challenge_id=CHALLENGE,
        questions=QUESTIONS[:2],
        attempts_left=4,
        error=error,
        other_method=True,
    )


def method_rows() -> tuple[MethodRow, ...]:
    """Methods in every state, with names and without."""
    usual = ("rename", "default", "delete")
    used, added = "Last used on 22 November 2026", "Added on 3 March 2026"
    return (
        MethodRow(
            "m1",
            "authenticatorApp",
            "Authenticator app",
            DEVICE,
            None,
            "Default",
            "active",
            used,
            ("rename", "delete"),
        ),
        MethodRow("m2", "phone", "Phone", MASKED, "My work phone", "Backup", "active", used, ("change", *usual)),
        MethodRow(
            "m3",
            "email",
            "Email",
            "a•••@home.example",
            None,
            None,
            "suspended",
            added,
            ("restore", "delete"),
        ),
        MethodRow(
            "m4", "recoveryCodes", "Recovery codes", "7 of 10 codes left", None, "Backup", "active", added, usual
        ),
        MethodRow("m5", "softwareOath", "Other authenticator app", "Codes", None, None, "disabled", added, ("delete",)),
    )
