"""What sample views have in common: the frame, the person, times, and what is scanned or asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.enrollment.methods.phone.views import Country
from services.enrollment.web.views import (
    Frame,
    Progress,
    ProgressStep,
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
HELP_DESK = "dial 4357 from any phone, or write to help@northbridge.example"
MASKED = "+44 •••• ••0142"
DEVICE = "Alex's phone"
SETUP = "/security-info/setup"
APP = "http://localhost:8000/authenticator"
ACTIVATION_URL = "http://localhost:8000/device/v1/a/7K2M9QXW"
ACTIVATION_LINK = (
    f"{APP}#activate?url=http%3A%2F%2Flocalhost%3A8000%2Fdevice%2Fv1%2Fa%2F7K2M9QXW"
    "&code=314159265&secret=c2FtcGxlLXNlY3JldC0wMQ"
)
OTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTP_LINK = f"otpauth://totp/Northbridge:alexandra%40northbridge.example?secret={OTP_SECRET}&issuer=Northbridge"
QR_CODES = {f"{SETUP}/app.svg": APP, f"{SETUP}/qr.svg": ACTIVATION_LINK, f"{SETUP}/software.svg": OTP_LINK}
"""What the pictures of the sample pages say, by their address."""
PHONE_STEPS = ("Enter your number", "Enter the code", "Done")
APP_STEPS = ("Get app", "Set up", "Scan", "Try it", "Done")
SOFTWARE_STEPS = ("Have your app ready", "Scan", "Enter the code", "Done")
TOKEN_STEPS = ("Enter the number", "Enter the code", "Done")
EMAIL_STEPS = ("Enter your address", "Enter the code", "Done")
EVENTS_URL = f"{SETUP}/events?challenge=0193a000-challenge"
CHALLENGE = "0193a000-challenge"
OTHER_METHOD = "Use a different method"
PROVING = replace(FRAME, title="Verify it's you", heading="Verify it's you")
OPERATING = replace(FRAME, title="Operations", heading="Operations", operating=True)
MANAGING = replace(FRAME, title="My security info", heading="My security info", managing=True)
QUESTIONS = (
    ("first-manager", "What is the first name of your first manager?"),
    ("favourite-teacher", "What is the last name of the teacher that you liked best?"),
    ("unvisited-place", "Which place do you want to see that you have never been to?"),
)
CODES = tuple(f"7K2M-9QXW-{at:04d}-HJ4T" for at in range(10))
CREATION_OPTIONS = (
    '{"rp": {"name": "Northbridge", "id": "localhost"}, "challenge": "Y2hhbGxlbmdlLW9mLWEtdGVzdA",'
    ' "user": {"id": "b3BhcXVl", "name": "alexandra", "displayName": "Alexandra"},'
    ' "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],'
    ' "authenticatorSelection": {"residentKey": "preferred", "userVerification": "required"}}'
)
REQUEST_OPTIONS = (
    '{"challenge": "Y2hhbGxlbmdlLW9mLWEtdGVzdA", "rpId": "localhost", "allowCredentials": [],'
    ' "userVerification": "required"}'
)


def frame(title: str, step: int | None = None, steps: tuple[str, ...] = PHONE_STEPS) -> Frame:
    """The frame of a page; `step` is the current one of the method's `steps`."""
    return replace(FRAME, title=title, progress=None if step is None else progress(step, steps))


def progress(current: int, labels: tuple[str, ...]) -> Progress:
    steps = tuple(
        ProgressStep(label, "done" if at < current else "current" if at == current else "todo")
        for at, label in enumerate(labels)
    )
    return Progress(method_number=1, method_count=2, steps=steps)
