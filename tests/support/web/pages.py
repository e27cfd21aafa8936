"""Sample views: one of each page and state of the wizard, as tests and screenshots show them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from services.enrollment.methods.authenticator_app.views import (
    ApprovalState,
    DownloadView,
    ScanView,
    SetupView,
    TryView,
)
from services.enrollment.methods.authenticator_app.words import CONNECTING
from services.enrollment.methods.base.views import DoneView
from services.enrollment.methods.email.views import EmailView
from services.enrollment.methods.hardware_oath.views import SerialNumberView, TokenCodeView
from services.enrollment.methods.passkey.views import PasskeyView
from services.enrollment.methods.phone.views import CallState, CallView, Country, PhoneView
from services.enrollment.methods.recovery_codes.views import RecoveryCodesView, RecoveryIntroView
from services.enrollment.methods.recovery_codes.words import PROOF as RECOVERY_CODE
from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.methods.security_questions.views import AskedQuestionsView, QuestionRow, QuestionsView
from services.enrollment.methods.software_oath.views import SoftwareIntroView, SoftwareScanView
from services.enrollment.methods.temporary_access_pass.words import PROOF as ACCESS_PASS
from services.enrollment.notices.views import NotMeView
from services.enrollment.proofs.app_code.views import AppCodeView
from services.enrollment.proofs.sent_code.views import CodeView, DeliveryView
from services.enrollment.proofs.typed_secret.views import TypedSecretView
from services.enrollment.web.help.topics import GROUPS, TOPICS
from services.enrollment.web.help.views import HelpIndexView, HelpView
from services.enrollment.web.operations.views import (
    FunnelGroup,
    FunnelRow,
    OperationsClosedView,
    OperationsView,
    ReportsView,
    Share,
)
from services.enrollment.web.proof.words import LOCKED_OUT
from services.enrollment.web.rendering import View
from services.enrollment.web.security_info.views import (
    ActivityRow,
    ActivityView,
    AddView,
    DeleteView,
    ManageView,
    NewPhoneView,
    News,
    RenameView,
)
from services.enrollment.web.views import (
    CancelView,
    Choice,
    ChooseView,
    FieldError,
    Frame,
    MessageView,
    Progress,
    ProgressStep,
)
from services.enrollment.web.wizard.views import ConfirmView, MethodLine, PromptView, SkipOffer, SuccessView
from services.enrollment.web.words import CANT_SIGN_IN

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
DELIVERIES: tuple[Choice, ...] = (
    ("sms", "Text me a code", "A message with a code. Your provider's usual rates apply."),
    ("voice", "Call me", "A call that tells you what to do. Your provider's usual rates apply."),
)
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
    return replace(FRAME, title=title, progress=None if step is None else _progress(step, steps))


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
        app=f"the app on {DEVICE}",
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
    return (
        _app_views()
        | _own_views()
        | _proof_views()
        | _managed_views()
        | _help_views()
        | _operations_views()
        | {
            "prompt": PromptView(frame("More information required")),
            "prompt-skip": PromptView(frame("More information required"), SkipOffer(2, 3, "3 March")),
            "prompt-used-up": PromptView(frame("More information required"), used_up=True),
            "phone": phone_view(),
            "phone-error": phone_view(FieldError("number", "That doesn't look like a phone number in United Kingdom.")),
            "phone-strict": replace(phone_view(), profile_note=True),
            "code": code,
            "code-error": code_view(
                FieldError("code", "That code isn't right. Check the newest message; 4 tries left.")
            ),
            "code-queued": replace(code, delivery=waiting),
            "code-delivered": replace(code, delivery=arrived),
            "code-failed": replace(code, delivery=failed, sends_left=0),
            "code-checking": replace(code, checking="We are still checking your code. You can wait here."),
            "code-notice": replace(
                code, frame=replace(code.frame, notice="You can ask for another message in 12 seconds.")
            ),
            "code-ended": replace(code, ended=True, sends_left=0),
            "code-exhausted": replace(
                code_view(FieldError("code", "Too many wrong codes. Start again, or use a different number.")),
                ended=True,
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
                help=("How to sign in", "/help/sign-in"),
            ),
            "problem": MessageView(
                Frame(organization="Security info", title="Something went wrong on our side"),
                heading="Something went wrong on our side",
                text="Nothing you set up is lost.",
                reference="4bf92f3577b34da6a3ce929d0e0e4736",
            ),
        }
    )


def _app_views() -> dict[str, View]:
    scan, ask = scan_view(), try_view()
    return {
        "download": download_view(),
        "download-bare": DownloadView(frame("Authenticator app", 0, APP_STEPS), APP),
        "setup": SetupView(frame("Set up your account", 1, APP_STEPS), back=f"{SETUP}?step=authenticatorApp"),
        "scan": scan,
        "scan-unheard": replace(scan, error=CONNECTING.unheard),
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
    """Three questions to choose; after an error they are chosen, and the answers are gone."""
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


def manage_view() -> ManageView:
    """ "My security info" with all that it can show."""
    gone = MethodRow(
        "m6",
        "phone",
        "Alternative phone",
        "+44 •••• ••0199",
        None,
        None,
        "suspended",
        "Deleted; can be brought back until 1 December 2026",
        ("restore",),
    )
    return ManageView(
        frame=MANAGING,
        rows=method_rows(),
        can_add=True,
        new_phone=True,
        return_label="Northbridge",
        former=(gone,),
        news=News("21 November 2026", ("Phone was added on 24 November 2026, 09:30 UTC.",) * 5, more=2),
    )


def _own_views() -> dict[str, View]:
    back = f"{SETUP}?step=prompt"
    wrong_answer = FieldError("answer-2", "This answer is too short. It needs at least 3 characters.")
    phone = replace(phone_view(), deliveries=DELIVERIES, different_method=True)
    number = FieldError("number", "We can't use this kind of number. Enter another number.")
    token = SerialNumberView(frame("Hardware token", 0, TOKEN_STEPS), "", "one-press", back=back)
    email = EmailView(frame("Email", 0, EMAIL_STEPS), "", "one-press", back=back, different_method=True)
    software = frame("Scan the QR code", 1, SOFTWARE_STEPS)
    return {
        "phone-ways": phone,
        "phone-office": replace(
            phone, phone_type="office", extension="4711", deliveries=DELIVERIES[1:], error=number, number="123"
        ),
        "hardware-token": token,
        "hardware-token-error": replace(
            token,
            serial_number="A-1",
            error=FieldError("serialNumber", "We have no token with this number for you."),
        ),
        "hardware-token-code": token_code_view(),
        "hardware-token-code-error": token_code_view(FieldError("code", "That code isn't right.")),
        "email": email,
        "email-error": replace(
            email, address="alex", error=FieldError("address", "That doesn't look like an email address.")
        ),
        "software": SoftwareIntroView(
            frame("Use a different authenticator app", 0, SOFTWARE_STEPS), back, different_method=True
        ),
        "software-scan": SoftwareScanView(
            frame=software,
            qr_src=f"{SETUP}/software.svg",
            secret=SecretStr(OTP_SECRET),
            account="alexandra@northbridge.example",
            issuer="Northbridge",
            open_here_href=OTP_LINK,
            back=f"{SETUP}?step=softwareOath",
        ),
        "questions": questions_view(),
        "questions-keeping": replace(questions_view(), keeping=EVENTS_URL),
        "questions-error": questions_view(wrong_answer),
        "passkey": passkey_view(),
        "passkey-error": passkey_view(FieldError("credential", "That passkey wasn't accepted. Try again.")),
        "recovery": RecoveryIntroView(frame("Recovery codes"), back, different_method=True, replaces=True),
        "recovery-codes": recovery_codes_view(),
        "recovery-codes-keeping": replace(recovery_codes_view(), keeping=EVENTS_URL),
        "recovery-codes-error": recovery_codes_view(
            FieldError("saved", "Save the codes first, then tick the box: they are not shown again.")
        ),
    }


def _proof_views() -> dict[str, View]:
    code, call = code_view(), call_view()
    undelivered = replace(call_view("failed"), text=f"We couldn't reach {MASKED}. Check the number.", ended=False)
    proving_code = replace(code, frame=PROVING, step="prove", back=None, different=None, other_method=True)
    used = FieldError("code", "That code was used already. Each one works once.")
    over = FieldError("code", "Too many wrong codes. Use a different method, or try again later.")
    not_right = FieldError("answer-1", "Not all of these answers are right; 3 tries left.")
    return {
        "code-by-call": replace(code, channel="voice", text_instead=True),
        "code-ways": replace(code, call_instead=True, different=("Use a different number", f"{SETUP}?step=phone")),
        "code-by-email": replace(
            code,
            frame=frame("Enter the code", 1, EMAIL_STEPS),
            step="email.code",
            channel="email",
            masked="a•••@home.example",
            delivery=DeliveryView("sent", "We sent a 6-digit code to a•••@home.example."),
            different=("Use a different address", f"{SETUP}?step=email"),
        ),
        "call": call,
        "call-unheard": replace(call, unheard=True, text="We haven't heard from you yet. Answer the call, press #."),
        "call-confirmed": call_view("confirmed"),
        "call-denied": call_view("denied"),
        "call-failed": undelivered,
        "call-expired": call_view("expired"),
        "prove-choose": ChooseView(
            frame=PROVING,
            choices=(
                ("m1", "Alex's phone", "Approve a request on Alex's phone."),
                ("m2", "My work phone", f"Get a code or a call at {MASKED}."),
            ),
            chosen="m1",
            question="How do you want to verify that it's you?",
            step="prove.choose",
        ),
        "prove-code": proving_code,
        "prove-code-ended": replace(proving_code, ended=True, sends_left=0),
        "prove-call": replace(call, frame=PROVING, step="prove", back=None, text_instead=False, other_method=True),
        "prove-call-denied": replace(
            call_view("denied"), frame=PROVING, step="prove", back=None, text_instead=False, other_method=True
        ),
        "prove-try": replace(try_view(), frame=PROVING, step="prove", back=None, has_codes=True, other_method=True),
        "prove-app-code": replace(app_code_view(), frame=PROVING, step="prove", back=None, other_method=True),
        "prove-passkey": PasskeyView(
            PROVING, REQUEST_OPTIONS, CHALLENGE, ceremony="get", step="prove", other_method=True
        ),
        "prove-recovery": typed_proof_view(),
        "prove-recovery-error": typed_proof_view(used),
        "prove-recovery-ended": replace(typed_proof_view(over), ended=True),
        "prove-pass": replace(typed_proof_view(), words=ACCESS_PASS, other_method=False),
        "prove-questions": asked_view(),
        "prove-questions-error": asked_view(not_right),
        "prove-questions-ended": replace(asked_view(), ended=True),
    }


def _managed_views() -> dict[str, View]:
    manage, (app, phone, *_) = manage_view(), method_rows()
    apps = (("m1", DEVICE, "Last used on 22 November 2026"), ("m7", "Old phone", "Added on 3 March 2026"))
    adding: tuple[Choice, ...] = (
        ("phone.office", "Office phone", "Your phone at work, for calls."),
        ("passkey", "Passkey", "Sign in with your face, your fingerprint or the PIN of your device."),
    )
    delete = DeleteView(MANAGING, phone, ("Alex's phone", "Recovery codes"), lost=True)
    last = FieldError("method", "Your organisation requires this method. Add another one of its kind first.")
    changed = "Phone (+44 •••• ••0142) was added on 24 November 2026, 09:30 UTC."
    not_me = Frame(organization="Northbridge", title="This wasn't me?", tenant="northbridge")
    return {
        "manage": manage,
        "manage-empty": ManageView(MANAGING, (), can_add=True, new_phone=False, return_label="Northbridge"),
        "manage-notice": replace(
            manage, frame=replace(MANAGING, notice="This method can't be brought back any more. Add it anew.")
        ),
        "confirm": ConfirmView(
            replace(FRAME, title="Are these still right?"), tuple(row for row in manage.rows if row.state == "active")
        ),
        "add": AddView(MANAGING, adding),
        "add-error": AddView(MANAGING, adding, error=FieldError("method", "Choose one of these methods.")),
        "add-none": AddView(MANAGING, ()),
        "rename": RenameView(MANAGING, phone, "My work phone"),
        "rename-error": RenameView(
            MANAGING, phone, "a" * 65, FieldError("name", "A name can have up to 64 characters.")
        ),
        "delete": delete,
        "delete-only": DeleteView(MANAGING, app, (), lost=True),
        "delete-required": replace(delete, error=last),
        "new-phone": NewPhoneView(MANAGING, app),
        "new-phone-several": NewPhoneView(MANAGING, app, apps),
        "activity": ActivityView(
            MANAGING,
            (
                ActivityRow(NOW, "You opened My security info."),
                ActivityRow(NOW - timedelta(days=3), f"You added Phone ({MASKED})."),
            ),
        ),
        "activity-empty": ActivityView(MANAGING, ()),
        "not-me": NotMeView(
            not_me, changed, SecretStr("a-token"), done=False, what=("The method is suspended.", "Your sessions end.")
        ),
        "not-me-done": NotMeView(
            replace(not_me, title="Thank you for telling us"),
            changed,
            SecretStr(""),
            done=True,
            what=("The method is suspended.", "Change your password now, then sign in."),
        ),
    }


def help_view(name: str, frame: Frame, back: tuple[str, str] | None = None) -> HelpView:
    """A help page as somebody in that frame sees it."""
    topic = TOPICS[name]
    related = tuple(TOPICS[other] for other in topic.related)
    titled = replace(frame, title=topic.title)
    return HelpView(titled, topic, related, back, app_url=APP if topic.shows_app else None)


def _help_views() -> dict[str, View]:
    nobody, back = Frame(organization="Security info", title="Help"), ("Go on where you were", SETUP)
    return {
        "help": HelpIndexView(replace(FRAME, title="Help"), GROUPS, back),
        "help-for-nobody": HelpIndexView(nobody, GROUPS),
        "help-install": help_view("install-authenticator", FRAME, back),
        "help-cant-sign-in": help_view("cant-sign-in", nobody),
        "help-desk": help_view("cant-sign-in", replace(FRAME, help_desk=HELP_DESK), back),
        "locked-out": MessageView(
            replace(PROVING, help_desk=HELP_DESK), *LOCKED_OUT, help=CANT_SIGN_IN, action=("Go on", SETUP)
        ),
        "prompt-own-words": PromptView(FRAME, reason="Since October, every account has a second lock."),
        "help-managing": help_view("change-method", MANAGING, back),
    }


def reports_view() -> ReportsView:
    """The reports of a month in which not everybody got through."""
    app = (
        FunnelRow(Share("Authenticator app", 118, 92), "42 s", ("3 cancelled", "1 ran out of time")),
        FunnelRow(Share("Scan the QR code", 101, 79), "1 min 5 s", ("12 cancelled",)),
        FunnelRow(Share("Notification approved", 86, 67), "4 s", ()),
    )
    around = (FunnelRow(Share("More information required", 128, 100), "9 s", ("10 cancelled", "4 ran out of time")),)
    return ReportsView(
        frame=replace(OPERATING, title="Reports"),
        ranges=(("7", "Last 7 days", False), ("30", "Last 30 days", True), ("90", "Last 90 days", False)),
        decisions=(("register", "Must set up", True), ("nudge", "May put it off", False)),
        started=128,
        endings=(Share("completed", 84, 66), Share("cancelled", 25, 20), Share("ran out of time", 17, 13)),
        under_way=2,
        groups=(FunnelGroup("At the beginning", around), FunnelGroup("Authenticator app", app)),
        people=412,
        registration=(Share("Complete: all that policy requires", 301, 73), Share("Capable of two-step", 0, 0)),
        is_all=False,
        are_all=False,
    )


def _operations_views() -> dict[str, View]:
    reports = reports_view()
    nothing = replace(reports, started=0, endings=(), under_way=0, groups=(), people=0, registration=())
    leaving = replace(OPERATING, title="Leave Operations?")
    return {
        "operations": OperationsView(OPERATING),
        "operations-closed": OperationsClosedView(replace(OPERATING, title="Set up a method first")),
        "reports": reports,
        "reports-empty": nothing,
        "operations-leave": CancelView(leaving),
    }


def _progress(current: int, labels: tuple[str, ...]) -> Progress:
    steps = tuple(
        ProgressStep(label, "done" if at < current else "current" if at == current else "todo")
        for at, label in enumerate(labels)
    )
    return Progress(method_number=1, method_count=2, steps=steps)
