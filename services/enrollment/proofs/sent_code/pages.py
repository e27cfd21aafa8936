""" "Enter the code": what a message or a call brought, in a step of the wizard and in "Verify it's you"."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from fastapi import Response

from schemas.base import Channel
from services.enrollment.challenges.domain.challenge import MAX_SENDS, Challenge
from services.enrollment.methods.base.pages import AskedProof, ProofPage
from services.enrollment.proofs.sent_code.handlers import resend_code
from services.enrollment.proofs.sent_code.views import CodeView
from services.enrollment.proofs.sent_code.words import code_problem, digits_of, resend_problem, told
from services.enrollment.web.forms import CodeForm
from services.enrollment.web.judging import Feedback, ShowAgain, judge_code, require_challenge
from services.enrollment.web.request import PageRequest, to_current_step
from services.enrollment.web.views import Frame
from services.enrollment.web.words import CHECKING, masked_destination
from services.kit.errors import ProblemError, SessionEndedError


def code_view(
    frame: Frame, challenge: Challenge, feedback: Feedback, now: datetime, *, step: str, other_method: bool = False
) -> CodeView:
    """What became of the message, and the code."""
    is_pending = challenge.status_at(now) == "pending"
    return CodeView(
        step=step,
        frame=frame,
        channel=challenge.channel if challenge.channel in {"sms", "voice", "email", "whatsapp"} else "sms",
        masked=masked_destination(challenge),
        delivery=told(challenge, now),
        resend_at=challenge.resend_at,
        resend_available=is_pending and not challenge.resend_wait(now) and challenge.sends < MAX_SENDS,
        sends_left=challenge.sends_left if is_pending else 0,
        attempts_left=challenge.attempts_left,
        error=feedback.error,
        checking=CHECKING if challenge.pending_submission and is_pending else None,
        code_digits=digits_of(challenge),
        events_url=f"{frame.site.events}?challenge={challenge.id}",
        expires_at=challenge.expires_at,
        ended=not is_pending,
        other_method=other_method,
    )


def with_ways(view: CodeView, ways: frozenset[Channel]) -> CodeView:
    """With the other ways to reach the phone."""
    return replace(view, call_instead="voice" in ways, text_instead="sms" in ways, whatsapp_instead="whatsapp" in ways)


async def resend(page: PageRequest, show: ShowAgain) -> Response:
    """Send or call once more; where that is not possible, the page says why."""
    try:
        await resend_code(page.principal, page.deps)
    except ProblemError as problem:
        challenge = await require_challenge(page)
        return await show(page, Feedback(notice=resend_problem(problem, challenge), status=problem.status))
    return to_current_step(page)


async def send_anew(
    page: PageRequest, sending: Awaitable[object], show: ShowAgain, explain: Callable[[ProblemError], str]
) -> Response:
    """Send a code of its own, in place of one that is over or came another way; the page says why not."""
    try:
        await sending
    except SessionEndedError:
        raise
    except ProblemError as problem:
        return await show(page, Feedback(notice=explain(problem), status=problem.status))
    return to_current_step(page)


def _view(asked: AskedProof) -> CodeView:
    now = asked.page.deps.clock.now()
    view = code_view(asked.frame, asked.challenge, asked.feedback, now, step="prove", other_method=asked.other_method)
    return with_ways(view, asked.ways)


async def _answer(page: PageRequest, _: Challenge, form: CodeForm, show: ShowAgain) -> Response:
    return await judge_code(page, form, show, code_problem)


def _resends(action: str, _challenge: Challenge, _now: datetime) -> bool:
    return action == "resend"


PROOF: Final = ProofPage(kind="code", view=_view, answer=_answer, form=CodeForm, resends=_resends, told=told)
