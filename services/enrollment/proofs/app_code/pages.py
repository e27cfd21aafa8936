"""The page of a code that an app shows, in a step of the wizard and in "Verify it's you"."""

from typing import Final

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.base.pages import AskedProof, ProofPage
from services.enrollment.proofs.app_code.views import AppCodeView
from services.enrollment.proofs.app_code.words import app_code_problem
from services.enrollment.web.forms import CodeForm
from services.enrollment.web.judging import Feedback, ShowAgain, judge_code, require_challenge
from services.enrollment.web.request import PageRequest, frame
from services.enrollment.web.views import WIZARD
from services.enrollment.web.words import CHECKING


async def app_code_view(
    page: PageRequest, step: str, feedback: Feedback, *, device: str | None, back: str
) -> AppCodeView:
    """The code, in a step of the wizard; `back` is the step to go back to."""
    challenge = await require_challenge(page)
    is_pending = challenge.status_at(page.deps.clock.now()) == "pending"
    shown = frame(page, step, feedback.notice)
    return AppCodeView(
        step=step,
        frame=shown,
        device=device,
        attempts_left=challenge.attempts_left,
        events_url=f"{shown.site.events}?challenge={challenge.id}",
        expires_at=challenge.expires_at,
        error=feedback.error,
        checking=CHECKING if challenge.pending_submission and is_pending else None,
        ended=not is_pending,
        back=f"{WIZARD}?step={back}",
    )


def _view(asked: AskedProof) -> AppCodeView:
    can_approve = asked.method.device_id is not None
    return AppCodeView(
        step="prove",
        frame=asked.frame,
        device=asked.method.name if can_approve else None,
        attempts_left=asked.challenge.attempts_left,
        events_url=asked.events_url,
        expires_at=asked.challenge.expires_at,
        request_possible=can_approve,
        error=asked.error,
        checking=asked.checking,
        ended=asked.ended,
        other_method=asked.other_method,
    )


async def _answer(page: PageRequest, _: Challenge, form: CodeForm, show: ShowAgain) -> Response:
    return await judge_code(page, form, show, app_code_problem)


PROOF: Final = ProofPage(kind="totp", view=_view, answer=_answer, form=CodeForm, again_by_code=True)
