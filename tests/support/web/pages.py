"""Sample views: one of each page and state of the wizard, as tests and screenshots show them."""

from dataclasses import replace

from pydantic import SecretStr

from services.enrollment.methods.authenticator_app.views import (
    DownloadView,
    SetupView,
)
from services.enrollment.methods.authenticator_app.words import CONNECTING
from services.enrollment.methods.base.views import DoneView
from services.enrollment.methods.email.views import EmailView
from services.enrollment.methods.hardware_oath.views import SerialNumberView
from services.enrollment.methods.passkey.views import PasskeyView
from services.enrollment.methods.phone.words import DELIVERIES
from services.enrollment.methods.recovery_codes.views import RecoveryIntroView
from services.enrollment.methods.software_oath.views import SoftwareIntroView, SoftwareScanView
from services.enrollment.methods.temporary_access_pass.words import PROOF as ACCESS_PASS
from services.enrollment.web.rendering import View
from services.enrollment.web.views import (
    CancelView,
    ChooseView,
    FieldError,
    Frame,
    MessageView,
    MethodChoice,
    Told,
)
from services.enrollment.web.wizard.views import MethodLine, PromptView, SkipOffer, SuccessView
from tests.support.web.sample_desk import desk_views
from tests.support.web.sample_frame import (
    APP,
    APP_STEPS,
    CHALLENGE,
    DEVICE,
    EMAIL_STEPS,
    EVENTS_URL,
    MASKED,
    OTP_LINK,
    OTP_SECRET,
    PROVING,
    REQUEST_OPTIONS,
    SETUP,
    SOFTWARE_STEPS,
    TOKEN_STEPS,
    frame,
)
from tests.support.web.sample_pages import (
    app_code_view,
    asked_view,
    call_view,
    choose_view,
    code_view,
    download_view,
    passkey_view,
    phone_view,
    questions_view,
    recovery_codes_view,
    scan_view,
    token_code_view,
    try_view,
    typed_proof_view,
)
from tests.support.web.sample_sites import help_views, managed_views, operations_views


def sample_views() -> dict[str, View]:
    """Every page in every state, by a name for the address."""
    methods = (
        MethodLine("authenticatorApp", "Authenticator app", "Alex's phone", "Default"),
        MethodLine("phone", "Phone", MASKED, "Backup"),
    )
    code = code_view()
    waiting = Told("queued", "This is taking longer than usual. You can wait here or come back.")
    failed = Told("failed", f"We couldn't reach {MASKED}. Check the number, or use a different one.")
    arrived = Told("delivered", f"The message with your 6-digit code arrived at {MASKED}.")
    return (
        app_views()
        | own_views()
        | proof_views()
        | managed_views()
        | help_views()
        | operations_views()
        | desk_views()
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


def app_views() -> dict[str, View]:
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


def own_views() -> dict[str, View]:
    back = f"{SETUP}?step=prompt"
    wrong_answer = FieldError("answer-2", "This answer is too short. It needs at least 3 characters.")
    phone = replace(phone_view(), deliveries=DELIVERIES[:2], different_method=True)
    number = FieldError("number", "We can't use this kind of number. Enter another number.")
    token = SerialNumberView(frame("Hardware token", 0, TOKEN_STEPS), "", "one-press", back=back)
    email = EmailView(frame("Email", 0, EMAIL_STEPS), "", "one-press", back=back, different_method=True)
    software = frame("Scan the QR code", 1, SOFTWARE_STEPS)
    return {
        "phone-ways": phone,
        "phone-office": replace(
            phone, phone_type="office", extension="4711", deliveries=DELIVERIES[1:2], error=number, number="123"
        ),
        "phone-or-whatsapp": replace(phone, deliveries=DELIVERIES, delivery="whatsapp"),
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


def proof_views() -> dict[str, View]:
    code, call = code_view(), call_view()
    undelivered = replace(call_view("failed"), text=f"We couldn't reach {MASKED}. Check the number.", ended=False)
    proving_code = replace(
        code, frame=PROVING, step="prove", back=None, different=None, call_instead=True, other_method=True
    )
    used = FieldError("code", "That code was used already. Each one works once.")
    over = FieldError("code", "Too many wrong codes. Use a different method, or try again later.")
    not_right = FieldError("answer-1", "Not all of these answers are right; 3 tries left.")
    return {
        "code-by-call": replace(code, channel="voice", text_instead=True),
        "code-ways": replace(code, call_instead=True, different=("Use a different number", f"{SETUP}?step=phone")),
        "code-by-whatsapp": replace(code, channel="whatsapp", call_instead=True, text_instead=True),
        "code-or-whatsapp": replace(code, call_instead=True, whatsapp_instead=True),
        "code-by-email": replace(
            code,
            frame=frame("Enter the code", 1, EMAIL_STEPS),
            step="email.code",
            channel="email",
            masked="a•••@home.example",
            delivery=Told("sent", "We sent a 6-digit code to a•••@home.example."),
            different=("Use a different address", f"{SETUP}?step=email"),
        ),
        "call": call,
        "call-or-whatsapp": replace(call, whatsapp_instead=True),
        "call-unheard": replace(call, unheard=True, text="We haven't heard from you yet. Answer the call, press #."),
        "call-confirmed": call_view("confirmed"),
        "call-denied": call_view("denied"),
        "call-failed": undelivered,
        "call-expired": call_view("expired"),
        "prove-choose": ChooseView(
            frame=PROVING,
            choices=(
                MethodChoice(
                    "m1",
                    "Authenticator app (Alex's phone)",
                    "Approve a request in the app on Alex's phone.",
                    "authenticatorApp",
                ),
                MethodChoice("m2", "My work phone", f"Get a code or a call at {MASKED}.", "phone"),
            ),
            chosen="m1",
            question="How do you want to verify that it's you?",
            step="prove.choose",
        ),
        "prove-code": proving_code,
        "prove-code-ended": replace(proving_code, ended=True, sends_left=0),
        "prove-call": replace(call, frame=PROVING, step="prove", back=None, other_method=True),
        "prove-call-denied": replace(call_view("denied"), frame=PROVING, step="prove", back=None, other_method=True),
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
