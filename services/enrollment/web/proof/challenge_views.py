"""From a challenge to the page that asks for its proof, whether a method is being set up or proven."""

from collections.abc import Awaitable, Callable

from fastapi import Response

from services.enrollment.challenges.domain.challenge import MAX_SENDS, Challenge
from services.enrollment.dependencies import Dependencies
from services.enrollment.web.rendering import (
    AppCodeView,
    ApprovalState,
    CallState,
    CallView,
    CodeView,
    DeliveryView,
    FieldError,
    Frame,
    TryView,
)
from services.enrollment.web.request import PageRequest
from services.enrollment.web.wizard.views import WIZARD, Filled
from services.enrollment.web.wording import CHECKING, call_text, delivery_text

Show = Callable[[PageRequest, Filled | None, int], Awaitable[Response]]
"""Shows a step, perhaps once more with what is wrong."""

APPROVALS: dict[str, ApprovalState] = {
    "pending": "waiting",
    "verified": "approved",
    "denied": "denied",
    "expired": "expired",
    "cancelled": "expired",
}
CALLS: dict[str, CallState] = {
    "pending": "waiting",
    "verified": "confirmed",
    "denied": "denied",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "expired",
}


def code_view(
    frame: Frame,
    challenge: Challenge,
    filled: Filled,
    deps: Dependencies,
    *,
    step: str = "",
    other_method: bool = False,
) -> CodeView:
    """Step 8: what became of the message, and the code."""
    now = deps.clock.now()
    status = challenge.status_at(now)
    setting_up = challenge.purpose == "registration"
    first = challenge.method_type
    texts = challenge.channel == "sms"
    mobile = challenge.registration is not None and challenge.registration.phone_type == "mobile"
    labels = {"phone": "Use a different number", "email": "Use a different address"}
    back = f"{WIZARD}?step={first}" if setting_up else None
    return CodeView(
        step=step or f"{first}.code",
        frame=frame,
        channel=challenge.channel if challenge.channel in {"sms", "voice", "email"} else "sms",
        masked=challenge.destination.masked if challenge.destination else "",
        delivery=DeliveryView(challenge.delivery.state, delivery_text(challenge, now)),
        resend_at=challenge.resend_at,
        resend_available=status == "pending" and not challenge.resend_wait(now) and challenge.sends < MAX_SENDS,
        sends_left=challenge.sends_left if status == "pending" else 0,
        attempts_left=challenge.attempts_left,
        error=filled.error,
        checking=CHECKING if challenge.pending_submission and status == "pending" else None,
        code_digits=challenge.terms.code.digits if challenge.terms.code else 6,
        events_url=f"{frame.site.events}?challenge={challenge.id}",
        expires_at=challenge.expires_at,
        ended=status != "pending",
        back=back,
        call_instead=setting_up and first == "phone" and texts,
        text_instead=setting_up and first == "phone" and mobile and not texts,
        different=(labels[first], back) if back and first in labels else None,
        other_method=other_method,
    )


def call_view(
    frame: Frame,
    challenge: Challenge,
    deps: Dependencies,
    *,
    unheard: bool = False,
    step: str = "phone.call",
    other_method: bool = False,
) -> CallView:
    """Step 8b: answer the call and press a key."""
    now = deps.clock.now()
    status = challenge.status_at(now)
    undelivered = status == "pending" and challenge.delivery.state == "failed"
    mobile = challenge.registration is not None and challenge.registration.phone_type == "mobile"
    return CallView(
        step=step,
        frame=frame,
        masked=challenge.destination.masked if challenge.destination else "",
        state="failed" if undelivered else CALLS[status],
        text=call_text(challenge, now, unheard=unheard),
        events_url=f"{frame.site.events}?challenge={challenge.id}",
        call_again_at=challenge.resend_at,
        calls_left=challenge.sends_left if status == "pending" else 0,
        ended=status not in {"pending", "verified"},
        unheard=unheard,
        back=f"{WIZARD}?step=phone" if challenge.purpose == "registration" else None,
        text_instead=mobile,
        other_method=other_method,
    )


def app_code_view(
    frame: Frame,
    challenge: Challenge,
    deps: Dependencies,
    *,
    app: str,
    error: FieldError | None,
    step: str = "",
    request_possible: bool = False,
    other_method: bool = False,
) -> AppCodeView:
    """A one-time code that an app shows."""
    pending = challenge.status_at(deps.clock.now()) == "pending"
    return AppCodeView(
        step=step or f"{challenge.method_type}.code",
        frame=frame,
        app=app,
        attempts_left=challenge.attempts_left,
        events_url=f"{frame.site.events}?challenge={challenge.id}",
        expires_at=challenge.expires_at,
        request_possible=request_possible,
        error=error,
        checking=CHECKING if challenge.pending_submission and pending else None,
        ended=not pending,
        back=f"{WIZARD}?step={challenge.method_type}.scan" if challenge.purpose == "registration" else None,
        other_method=other_method,
    )


def try_view(
    frame: Frame,
    challenge: Challenge,
    deps: Dependencies,
    *,
    device: str,
    number: str,
    step: str,
    has_codes: bool,
    unheard: bool = False,
    other_method: bool = False,
) -> TryView:
    """Step 5: approve a request, with the number that is shown here."""
    return TryView(
        step=step,
        frame=frame,
        device=device,
        number=number,
        state=approval_state(challenge, deps),
        events_url=f"{frame.site.events}?challenge={challenge.id}",
        send_again_at=challenge.resend_at,
        expires_at=challenge.expires_at,
        push_known=challenge.destination is not None,
        unheard=unheard,
        reported=challenge.reported,
        has_codes=has_codes,
        back=f"{WIZARD}?step=authenticatorApp.scan" if challenge.purpose == "registration" else None,
        other_method=other_method,
    )


def approval_state(challenge: Challenge, deps: Dependencies) -> ApprovalState:
    """What became of the request, in the words of the page."""
    status = challenge.status_at(deps.clock.now())
    if status == "failed":
        return "wrongNumber" if challenge.failure == "numberMismatch" else "failed"
    return APPROVALS[status]
