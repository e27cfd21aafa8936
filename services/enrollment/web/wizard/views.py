"""From state to what a page shows: which step, with which words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from babel.dates import format_date

from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.dependencies import Dependencies
from services.enrollment.interrupts.domain import nudge
from services.enrollment.methods.phone.countries import NAMES
from services.enrollment.methods.phone.domain import national_format, region_of
from services.enrollment.sessions.domain.steps import EARLIER, method_type_of
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.rendering import (
    Country,
    DoneView,
    FieldError,
    Frame,
    MethodLine,
    PhoneView,
    Progress,
    ProgressStep,
    PromptView,
    SkipOffer,
    SuccessView,
)
from services.kit.crypto.sealing import Binding
from services.kit.ids import new_token

WIZARD = "/security-info/setup"
MANAGE = "/security-info"
OPERATIONS = "/operations"
HOMES: Mapping[str, str] = {"manage": MANAGE, "operations": OPERATIONS}
"""Steps that are pages of their own beside the wizard."""

LABELS: Mapping[str, str] = {
    "authenticatorApp": "Authenticator app",
    "softwareOath": "Other authenticator app",
    "phone": "Phone",
    "email": "Email",
    "securityQuestions": "Security questions",
    "passkey": "Passkey",
    "recoveryCodes": "Recovery codes",
    "temporaryAccessPass": "Temporary Access Pass",
}
PHONE_LABELS: Mapping[str, str] = {"alternateMobile": "Alternative phone", "office": "Office phone"}
PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "authenticatorApp": (
        ("authenticatorApp", "Get the app"),
        ("authenticatorApp.setup", "Set up"),
        ("authenticatorApp.scan", "Scan"),
        ("authenticatorApp.test", "Try it out"),
        ("authenticatorApp.verified", "Done"),
    ),
    "softwareOath": (
        ("softwareOath", "Have your app ready"),
        ("softwareOath.scan", "Scan"),
        ("softwareOath.code", "Enter the code"),
        ("softwareOath.verified", "Done"),
    ),
    "phone": (("phone", "Enter your number"), ("phone.code", "Enter the code"), ("phone.verified", "Done")),
    "email": (("email", "Enter your address"), ("email.code", "Enter the code"), ("email.verified", "Done")),
    "securityQuestions": (("securityQuestions", "Answer questions"), ("securityQuestions.verified", "Done")),
    "passkey": (("passkey", "Create a passkey"), ("passkey.verified", "Done")),
    "recoveryCodes": (
        ("recoveryCodes", "About the codes"),
        ("recoveryCodes.show", "Save them"),
        ("recoveryCodes.verified", "Done"),
    ),
}
INSTEAD_OF = {"authenticatorApp.code": "authenticatorApp.test", "phone.call": "phone.code"}
"""Steps that are another way through one of the parts."""

VERIFIED: Mapping[str, tuple[str, str]] = {
    "phone": ("Phone verified", "Your phone is {use}."),
    "email": ("Email verified", "Your email address is {use}."),
    "softwareOath": ("Authenticator app connected", "Your app is {use}."),
    "securityQuestions": ("Security questions saved", "Your answers help you to get back in when you can't sign in."),
    "passkey": ("Passkey created", "Your passkey is {use}."),
    "recoveryCodes": ("Recovery codes saved", "Each of your codes gets you in once when nothing else is at hand."),
}
"""What the last step of each type says."""

REGION_OF_LANGUAGE = {"en": "GB", "de": "DE", "es": "ES", "fr": "FR"}


DELIVERIES = (
    ("sms", "Text me a code", "A message with a code, on a mobile phone. Your provider's usual rates apply."),
    ("voice", "Call me", "A call that tells you what to do. Your provider's usual rates apply."),
)


@dataclass(frozen=True)
class Filled:
    """What a person typed and what is wrong with it, when a form is shown again."""

    error: FieldError | None = None
    region: str | None = None
    number: str | None = None
    notice: str | None = None
    delivery: Literal["sms", "voice"] = "sms"
    extension: str = ""


def prompt_view(frame: Frame, principal: Principal, deps: Dependencies) -> PromptView:
    """Step 1: why the person was stopped, and how far it can be put off."""
    account, session, policy, now = (
        principal.account,
        principal.session,
        deps.policy(principal.account),
        deps.clock.now(),
    )
    reason = deps.config.tenant(account.tenant).texts.prompt
    given = nudge.skips_of(account, session, policy, at=now)
    if given and given.left:
        day = format_date(given.required_on, format="d MMMM", locale="en_GB")
        return PromptView(frame=frame, skip=SkipOffer(given.left, given.of, day), reason=reason)
    was_asked_before = policy.skip is not None and account.put_off is not None and not session.registered
    return PromptView(frame=frame, used_up=was_asked_before, reason=reason)


def phone_view(
    frame: Frame, principal: Principal, challenge: Challenge | None, filled: Filled, deps: Dependencies
) -> PhoneView:
    """Step 7: the number; on the way back it is the one typed before."""
    region, number = filled.region, filled.number
    change = principal.session.requested_change
    phone_type = (change.phone_type if change else None) or "mobile"
    delivery, extension = filled.delivery, filled.extension
    if (
        number is None
        and challenge is not None
        and challenge.method_type == "phone"
        and challenge.destination is not None
    ):
        region, number, extension = _typed_before(challenge, deps)
        delivery = "voice" if challenge.channel == "voice" else "sms"
    return PhoneView(
        frame=frame,
        countries=countries(),
        region=region or _region_of_locale(principal.session.locale),
        number=number or "",
        error=filled.error,
        deliveries=DELIVERIES if phone_type == "mobile" else DELIVERIES[1:],
        delivery=delivery if phone_type == "mobile" else "voice",
        phone_type=phone_type,
        extension=extension,
        different_method=may_choose(principal, deps),
        profile_note=deps.policy(principal.account).profile != "entra",
        back=back_of(principal, "phone"),
        form_token=new_token(128),
    )


def back_of(principal: Principal, step: str) -> str | None:
    """Where "Back" leads from the first step of a method: to the prompt, or to "My security info"."""
    if principal.session.intent == "manage":
        return MANAGE
    return f"{WIZARD}?step=prompt" if "prompt" in EARLIER.get(step, ()) and not principal.session.registered else None


def verified_view(frame: Frame, principal: Principal, kind: str) -> DoneView:
    """Step 9: what the new method is for."""
    heading, text = VERIFIED[kind]
    if principal.session.requested_change and principal.session.requested_change.changes:
        text = {"phone": "Your new number is saved.", "email": "Your new address is saved."}.get(kind, text)
    sentence = text.format(use=use_of(principal.account, kind))
    return DoneView(frame=frame, heading=heading, text=sentence, next_label="Done", step=f"{kind}.verified")


def label_of(method: Method) -> str:
    """How the person knows a method: by the name that they gave it, else by what it is."""
    if method.name:
        return method.name
    if method.type == "authenticatorApp":
        return method.display_name
    return PHONE_LABELS.get(method.phone_type or "", LABELS[method.type])


def use_of(account: Account, kind: str) -> str:
    """What the newest method of a type is for, as the end of a sentence."""
    method = next((one for one in reversed(account.methods) if one.type == kind), None)
    is_default = method is not None and method.id == account.default_method_id
    return "now your default method" if is_default else "registered as a backup method"


def success_view(frame: Frame, account: Account) -> SuccessView:
    """Step 10: all that is set up, the default first."""
    shown = [method for method in account.methods if method.state == "active"]
    ordered = sorted(shown, key=lambda method: method.id != account.default_method_id)
    return SuccessView(frame=frame, methods=tuple(_line(method, account) for method in ordered))


def progress(principal: Principal, step: str) -> Progress | None:
    """Which method of how many, and where in it."""
    plan, kind = principal.session.plan, method_type_of(step)
    if kind is None or kind not in plan:
        return None
    names = [name for name, _ in PARTS[kind]]
    page = names.index(INSTEAD_OF.get(step, step))
    steps = tuple(
        ProgressStep(label, "done" if index < page else "current" if index == page else "todo")
        for index, (_, label) in enumerate(PARTS[kind])
    )
    return Progress(method_number=plan.index(kind) + 1, method_count=len(plan), steps=steps)


@lru_cache(maxsize=1)
def countries() -> tuple[Country, ...]:
    """All regions that have a calling code, by name."""
    regions = (region for region in phonenumbers.SUPPORTED_REGIONS if region in NAMES)
    listed = [Country(region, NAMES[region], phonenumbers.country_code_for_region(region)) for region in regions]
    return tuple(sorted(listed, key=lambda country: country.name))


def _typed_before(challenge: Challenge, deps: Dependencies) -> tuple[str | None, str, str]:
    if challenge.destination is None:
        return None, "", ""
    binding = Binding(challenge.tenant, challenge.user, challenge.method_id, challenge.id)
    plain = deps.sealer.open("destination", challenge.destination.sealed, binding).decode()
    e164, _, extension = plain.partition(";ext=")
    return region_of(e164), national_format(e164), extension


def _region_of_locale(locale: str) -> str:
    language, _, region = locale.partition("-")
    return region.upper() if region.upper() in NAMES else REGION_OF_LANGUAGE.get(language.lower(), "GB")


def _line(method: Method, account: Account) -> MethodLine:
    role: Literal["Default", "Backup"] = "Default" if method.id == account.default_method_id else "Backup"
    label = PHONE_LABELS.get(method.phone_type or "", LABELS[method.type])
    return MethodLine(type=method.type, label=label, detail=method.name or method.display_name, role=role)
