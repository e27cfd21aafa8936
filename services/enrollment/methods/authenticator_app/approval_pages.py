"""The page of a request that the app approves: as a step of the wizard, and in "Verify it's you"."""

from collections.abc import Mapping
from typing import Final

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge, Status
from services.enrollment.devices.domain import Activation
from services.enrollment.devices.reading import activation_of
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.authenticator_app.approval import number_of
from services.enrollment.methods.authenticator_app.views import ApprovalState, TryView
from services.enrollment.methods.base.pages import AskedProof, ProofPage
from services.enrollment.web.forms import ProofForm
from services.enrollment.web.judging import NOTHING, Feedback, ShowAgain, ask_report, heard, report, require_challenge
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import WIZARD, Frame
from services.kit.errors import NotFoundError

STATES: Final[Mapping[Status, ApprovalState]] = {
    "pending": "waiting",
    "verified": "approved",
    "denied": "denied",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
}


async def show_try(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """Approve a request, with the number that is shown here."""
    challenge, activation = await require_challenge(page), await required_activation(page)
    view = try_view(
        page,
        frame(page, "authenticatorApp.test"),
        challenge,
        device=activation.device_name,
        step="authenticatorApp.test",
        has_codes=await apps.has_codes(activation, page.deps),
        unheard=feedback.unheard,
        back=f"{WIZARD}?step=authenticatorApp.scan",
    )
    return html(page.principal, view, feedback.status)


async def act_on_try(page: PageRequest, form: ProofForm) -> Response:
    """Ask again with a new number, report, or find out whether the app has approved."""
    challenge = await require_challenge(page)
    match form.action:
        case "again":
            await apps.ask_device(page.principal, page.deps, again=True)
            return to_current_step(page)
        case "code":
            await apps.ask_code(page.principal, page.deps)
            return to_current_step(page)
        case "ask-report":
            return ask_report(page, challenge, "authenticatorApp.test")
        case "report":
            return await report(page, challenge)
    return await heard(page, challenge, show_try)


async def required_activation(page: PageRequest) -> Activation:
    """What connects the app with the account. Raises `notFound`."""
    activation = await activation_of(page.principal.session.activation, page.deps)
    if activation is None:
        raise NotFoundError
    return activation


def try_view(
    page: PageRequest,
    frame: Frame,
    challenge: Challenge,
    *,
    device: str | None,
    step: str,
    has_codes: bool,
    unheard: bool,
    back: str | None = None,
    other_method: bool = False,
) -> TryView:
    """What became of the request."""
    return TryView(
        step=step,
        frame=frame,
        device=device,
        number=number_of(challenge, page.deps.sealer),
        state=_state_of(challenge, page),
        events_url=f"{frame.site.events}?challenge={challenge.id}",
        send_again_at=challenge.resend_at,
        expires_at=challenge.expires_at,
        push_known=challenge.destination is not None,
        unheard=unheard,
        reported=challenge.reported,
        suspends=_suspends(challenge, page),
        has_codes=has_codes,
        back=back,
        other_method=other_method,
    )


def _state_of(challenge: Challenge, page: PageRequest) -> ApprovalState:
    status = challenge.status_at(page.deps.clock.now())
    if challenge.reported and status not in {"pending", "verified"}:
        return "reported"
    if challenge.superseded:
        return "superseded"
    return "wrongNumber" if status == "failed" and challenge.failure == "numberMismatch" else STATES[status]


def _suspends(challenge: Challenge, page: PageRequest) -> bool:
    """Whether a report takes a method away: whoever holds it says so, and it is on file. Once there was one, whether it
    did."""
    if challenge.is_to_register or not challenge.reported:
        return not challenge.is_to_register
    method = page.principal.account.method(challenge.method_id)
    return method is not None and method.state == "suspended"


def _view(asked: AskedProof) -> TryView:
    return try_view(
        asked.page,
        asked.frame,
        asked.challenge,
        device=asked.label,
        step="prove",
        has_codes=asked.method.has_codes,
        unheard=asked.feedback.unheard,
        other_method=asked.other_method,
    )


async def _answer(page: PageRequest, challenge: Challenge, _: ProofForm, show: ShowAgain) -> Response:
    return await heard(page, challenge, show)


PROOF: Final = ProofPage(kind="pushApproval", view=_view, answer=_answer, form=ProofForm)
