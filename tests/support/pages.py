"""Sample views: one of each page and state of the wizard, as tests and screenshots show them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from services.enrollment.wizard.rendering import (
    AppCodeView,
    ApprovalState,
    CancelView,
    ChooseView,
    CodeView,
    Country,
    DeliveryView,
    DoneView,
    DownloadView,
    FieldError,
    Frame,
    MessageView,
    MethodLine,
    PhoneView,
    Progress,
    ProgressStep,
    PromptView,
    ScanView,
    SetupView,
    SuccessView,
    TryView,
    View,
)
from services.enrollment.wizard.texts import NOT_CONNECTED_YET

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
COUNTRIES = (
    Country("AT", "Austria", 43),
    Country("DE", "Germany", 49),
    Country("GS", "South Georgia and the South Sandwich Islands", 500),
    Country("GB", "United Kingdom", 44),
    Country("US", "United States", 1),
)
FRAME = Frame(
    organization="Northbridge",
    title="More information required",
    tenant="northbridge",
    person="alexandra.longname+fresh-person-of-a-test@northbridge.example",
    session_id="0193a000-0000-7000-8000-000000000001",
    csrf="a-token-of-this-session",
    session_ends_at=NOW + timedelta(minutes=15),
    now=NOW,
)
MASKED = "+44 •••• ••0142"
DEVICE = "Alex's phone"
SETUP = "/security-info/setup"
APP = "http://localhost:8000/authenticator"
ACTIVATION_URL = "http://localhost:8000/device/v1/a/7K2M9QXW"
ACTIVATION_LINK = (
    f"{APP}#activate?url=http%3A%2F%2Flocalhost%3A8000%2Fdevice%2Fv1%2Fa%2F7K2M9QXW"
    "&code=314159265&secret=c2FtcGxlLXNlY3JldC0wMQ"
)
QR_CODES = {f"{SETUP}/app.svg": APP, f"{SETUP}/qr.svg": ACTIVATION_LINK}
"""What the pictures of the sample pages say, by their address."""

PHONE_STEPS = ("Enter your number", "Enter the code", "Done")
APP_STEPS = ("Get app", "Set up", "Scan", "Try it", "Done")


def frame(title: str, step: int | None = None, steps: tuple[str, ...] = PHONE_STEPS) -> Frame:
    """The frame of a page; `step` is the current one of the method's `steps`."""
    return replace(FRAME, title=title, progress=None if step is None else _progress(step, steps))


def phone_view(error: FieldError | None = None) -> PhoneView:
    """Step 7 as it is shown first, or with an error."""
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
    """Step 8 with a message that was sent a moment ago."""
    return CodeView(
        frame=frame("Enter the code", 1),
        masked=MASKED,
        delivery=DeliveryView("sent", f"We sent a 6-digit code to {MASKED}."),
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
    """Step 2 with all that it can offer."""
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
    """Step 4 before the app was heard of."""
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
    """Step 5, a moment after the request was sent or once it has ended."""
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
    """Step 5 by a one-time code of the app."""
    return AppCodeView(
        step="authenticatorApp.code",
        frame=frame("Enter the code from your app", 3, APP_STEPS),
        app=f"the app on {DEVICE}",
        attempts_left=5,
        events_url=f"{SETUP}/events?challenge=0193a000-challenge",
        expires_at=NOW + timedelta(minutes=5),
        request_possible=True,
        error=error,
        back=f"{SETUP}?step=authenticatorApp.scan",
    )


def choose_view(error: FieldError | None = None) -> ChooseView:
    """A choice of two methods."""
    return ChooseView(
        frame=frame("Choose a method"),
        choices=(
            ("authenticatorApp", "Authenticator app", "Approve sign-ins in an app on your phone."),
            ("phone", "Phone", "Get a code by text message."),
        ),
        back=SETUP,
        error=error,
    )


def sample_views() -> dict[str, View]:
    """Every page in every state, by a name for the address."""
    methods = (
        MethodLine("authenticatorApp", "Authenticator app", "Alex's phone", "Default"),
        MethodLine("phone", "Phone", MASKED, "Backup"),
    )
    code = code_view()
    waiting = DeliveryView("queued", "This is taking longer than usual. You can wait here or come back.")
    failed = DeliveryView("failed", f"We couldn't reach {MASKED}. Check the number, or use a different one.")
    arrived = DeliveryView("delivered", f"The message with your 6-digit code arrived at {MASKED}.")
    return _app_views() | {
        "prompt": PromptView(frame("More information required")),
        "phone": phone_view(),
        "phone-error": phone_view(FieldError("number", "That doesn't look like a phone number in United Kingdom.")),
        "phone-strict": replace(phone_view(), profile_note=True),
        "code": code,
        "code-error": code_view(FieldError("code", "That code isn't right. Check the newest message; 4 tries left.")),
        "code-queued": replace(code, delivery=waiting),
        "code-delivered": replace(code, delivery=arrived),
        "code-failed": replace(code, delivery=failed, sends_left=0),
        "code-checking": replace(code, checking="We are still checking your code. You can wait here."),
        "code-notice": replace(
            code, frame=replace(code.frame, notice="You can ask for another message in 12 seconds.")
        ),
        "code-ended": replace(code, ended=True, sends_left=0),
        "code-exhausted": replace(
            code_view(FieldError("code", "Too many wrong codes. Start again, or use a different number.")), ended=True
        ),
        "done": DoneView(
            frame("Phone verified", 2), "Phone verified", "Your phone is now your default method.", "Done"
        ),
        "success": SuccessView(frame("Success"), methods),
        "cancel": CancelView(frame("Leave the setup?")),
        "ended": MessageView(
            Frame(organization="Security info", title="Your session has ended"),
            heading="Your session has ended",
            text="Sign in again; what you set up is kept.",
            action=("Back to the application", "/security-info/return"),
        ),
        "problem": MessageView(
            Frame(organization="Security info", title="Something went wrong on our side"),
            heading="Something went wrong on our side",
            text="Nothing you set up is lost.",
            reference="4bf92f3577b34da6a3ce929d0e0e4736",
        ),
    }


def _app_views() -> dict[str, View]:
    scan, ask = scan_view(), try_view()
    return {
        "download": download_view(),
        "download-bare": DownloadView(frame("Authenticator app", 0, APP_STEPS), APP),
        "setup": SetupView(frame("Set up your account", 1, APP_STEPS), back=f"{SETUP}?step=authenticatorApp"),
        "scan": scan,
        "scan-unheard": replace(scan, error=NOT_CONNECTED_YET),
        "scan-manual": replace(scan, manual=True),
        "scan-connected": replace(scan, connected=True, device_name=DEVICE),
        "scan-expired": replace(scan, expired=True),
        "try": ask,
        "try-unheard": replace(ask, unheard=True),
        "try-open-app": replace(ask, push_known=False),
        "try-approved": try_view("approved"),
        "try-denied": try_view("denied"),
        "try-reported": replace(try_view("denied"), reported=True),
        "try-expired": try_view("expired"),
        "try-wrong-number": try_view("wrongNumber"),
        "try-failed": try_view("failed"),
        "try-has-codes": replace(ask, has_codes=True),
        "app-code": app_code_view(),
        "app-code-error": app_code_view(FieldError("code", "That code isn't right. 4 tries left.")),
        "app-code-ended": replace(app_code_view(FieldError("code", "Too many wrong codes.")), ended=True),
        "app-done": DoneView(
            frame("Notification approved", 4, APP_STEPS),
            "Notification approved",
            "The app is connected and is now your default method.",
            "Next",
            step="authenticatorApp.verified",
        ),
        "choose": choose_view(),
        "choose-error": choose_view(FieldError("method", "Choose one of the methods.")),
    }


def _progress(current: int, labels: tuple[str, ...]) -> Progress:
    steps = tuple(
        ProgressStep(label, "done" if at < current else "current" if at == current else "todo")
        for at, label in enumerate(labels)
    )
    return Progress(method_number=1, method_count=2, steps=steps)
