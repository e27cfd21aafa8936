"""Sample views: one of each page and state of the wizard, as tests and screenshots show them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.enrollment.wizard.rendering import (
    CancelView,
    CodeView,
    Country,
    DeliveryView,
    DoneView,
    FieldError,
    Frame,
    MessageView,
    MethodLine,
    PhoneView,
    Progress,
    ProgressStep,
    PromptView,
    SuccessView,
    View,
)

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


def frame(title: str, step: int | None = None) -> Frame:
    """The frame of a page; `step` is the current one of the three of a phone."""
    return replace(FRAME, title=title, progress=None if step is None else _progress(step))


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
    return {
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


def _progress(current: int) -> Progress:
    labels = ("Enter your number", "Enter the code", "Done")
    steps = tuple(
        ProgressStep(label, "done" if at < current else "current" if at == current else "todo")
        for at, label in enumerate(labels)
    )
    return Progress(method_number=1, method_count=2, steps=steps)
