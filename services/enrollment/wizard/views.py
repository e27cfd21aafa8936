"""From state to what a page shows: which step, with which words."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers

from services.enrollment.domain.account import Account, Method
from services.enrollment.domain.challenge import MAX_SENDS, Challenge
from services.enrollment.domain.phone import national_format, region_of
from services.enrollment.domain.wizard import method_of
from services.enrollment.handlers.desk import Desk, Visit
from services.enrollment.wizard.countries import NAMES
from services.enrollment.wizard.rendering import (
    CodeView,
    Country,
    DeliveryView,
    DoneView,
    FieldError,
    Frame,
    MethodLine,
    PhoneView,
    Progress,
    ProgressStep,
    PromptView,
    SuccessView,
)
from services.enrollment.wizard.wording import CHECKING, delivery_text
from services.kit.ids import new_token
from services.kit.sealing import Binding

WIZARD = "/security-info/setup"
LABELS = {"authenticatorApp": "Authenticator app", "phone": "Phone"}
PARTS = {
    "authenticatorApp": (
        ("authenticatorApp", "Get the app"),
        ("authenticatorApp.setup", "Set up"),
        ("authenticatorApp.scan", "Scan"),
        ("authenticatorApp.test", "Try it out"),
        ("authenticatorApp.verified", "Done"),
    ),
    "phone": (("phone", "Enter your number"), ("phone.code", "Enter the code"), ("phone.verified", "Done")),
}
INSTEAD_OF = {"authenticatorApp.code": "authenticatorApp.test"}
"""Steps that are another way through one of the parts."""

REGION_OF_LANGUAGE = {"en": "GB", "de": "DE", "es": "ES", "fr": "FR"}


@dataclass(frozen=True)
class Filled:
    """What a person typed and what is wrong with it, when a form is shown again."""

    error: FieldError | None = None
    region: str | None = None
    number: str | None = None
    notice: str | None = None


def prompt_view(frame: Frame) -> PromptView:
    """Step 1: why the person was stopped."""
    return PromptView(frame=frame)


def phone_view(frame: Frame, visit: Visit, challenge: Challenge | None, filled: Filled, desk: Desk) -> PhoneView:
    """Step 7: the number; on the way back it is the one typed before."""
    region, number = filled.region, filled.number
    if number is None and challenge is not None and challenge.destination is not None:
        region, number = _typed_before(challenge, desk)
    return PhoneView(
        frame=frame,
        countries=countries(),
        region=region or _region_of_locale(visit.session.locale),
        number=number or "",
        error=filled.error,
        profile_note=desk.policy(visit.account).profile != "entra",
        back=f"{WIZARD}?step=prompt",
        form_token=new_token(128),
    )


def code_view(frame: Frame, challenge: Challenge, filled: Filled, desk: Desk) -> CodeView:
    """Step 8: what became of the message, and the code."""
    now = desk.clock.now()
    status = challenge.status_at(now)
    return CodeView(
        frame=frame,
        masked=challenge.destination.masked if challenge.destination else "",
        delivery=DeliveryView(challenge.delivery.state, delivery_text(challenge, now)),
        resend_at=challenge.resend_at,
        resend_available=status == "pending" and not challenge.resend_wait(now) and challenge.sends < MAX_SENDS,
        sends_left=challenge.sends_left if status == "pending" else 0,
        attempts_left=challenge.attempts_left,
        error=filled.error,
        checking=CHECKING if challenge.pending_submission and status == "pending" else None,
        code_digits=challenge.terms.code.digits if challenge.terms.code else 6,
        events_url=f"{WIZARD}/events?challenge={challenge.id}",
        expires_at=challenge.expires_at,
        ended=status != "pending",
        back=f"{WIZARD}?step=phone",
    )


def verified_view(frame: Frame, visit: Visit, kind: str) -> DoneView:
    """Step 9: what the new method is for."""
    text = f"Your phone is {use_of(visit.account, kind)}."
    return DoneView(frame=frame, heading=f"{LABELS[kind]} verified", text=text, next_label="Done")


def use_of(account: Account, kind: str) -> str:
    """What the newest method of a type is for, as the end of a sentence."""
    method = next((one for one in reversed(account.methods) if one.type == kind), None)
    is_default = method is not None and method.id == account.default_method_id
    return "now your default method" if is_default else "registered as a backup method"


def success_view(frame: Frame, account: Account) -> SuccessView:
    """Step 10: all that is set up, the default first."""
    ordered = sorted(account.methods, key=lambda method: method.id != account.default_method_id)
    return SuccessView(frame=frame, methods=tuple(_line(method, account) for method in ordered))


def progress(visit: Visit, step: str) -> Progress | None:
    """Which method of how many, and where in it."""
    plan, kind = visit.session.plan, method_of(step)
    if kind not in plan:
        return None
    names = [name for name, _ in PARTS[kind]]
    here = names.index(INSTEAD_OF.get(step, step))
    steps = tuple(
        ProgressStep(label, "done" if index < here else "current" if index == here else "todo")
        for index, (_, label) in enumerate(PARTS[kind])
    )
    return Progress(method_number=plan.index(kind) + 1, method_count=len(plan), steps=steps)


@lru_cache(maxsize=1)
def countries() -> tuple[Country, ...]:
    """All regions that have a calling code, by name."""
    regions = (region for region in phonenumbers.SUPPORTED_REGIONS if region in NAMES)
    listed = [Country(region, NAMES[region], phonenumbers.country_code_for_region(region)) for region in regions]
    return tuple(sorted(listed, key=lambda country: country.name))


def _typed_before(challenge: Challenge, desk: Desk) -> tuple[str | None, str]:
    if challenge.destination is None:
        return None, ""
    binding = Binding(challenge.tenant, challenge.user, challenge.method_id, challenge.id)
    e164 = desk.sealer.open("destination", challenge.destination.sealed, binding).decode()
    return region_of(e164), national_format(e164)


def _region_of_locale(locale: str) -> str:
    language, _, region = locale.partition("-")
    return region.upper() if region.upper() in NAMES else REGION_OF_LANGUAGE.get(language.lower(), "GB")


def _line(method: Method, account: Account) -> MethodLine:
    role: Literal["Default", "Backup"] = "Default" if method.id == account.default_method_id else "Backup"
    return MethodLine(type=method.type, label=LABELS[method.type], detail=method.display_name, role=role)
