"""The steps of a hardware token: its number, its code, and what it is for."""

from dataclasses import replace
from typing import Final

from fastapi import Response
from pydantic import Field

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.base.pages import AskedProof, MethodPages, ProofPage, Step
from services.enrollment.methods.base.step_pages import back_of, last_step
from services.enrollment.methods.hardware_oath.handlers import registering
from services.enrollment.methods.hardware_oath.views import SerialNumberView, TokenCodeView
from services.enrollment.methods.hardware_oath.words import DONE, number_problem, token_code_problem
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.forms import CodeForm, StepForm
from services.enrollment.web.judging import NOTHING, Feedback, ShowAgain, judge_code, require_challenge
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import WIZARD, FieldError, Frame
from services.enrollment.web.words import CHECKING
from services.kit.errors import ProblemError, SessionEndedError
from services.kit.ids import new_token


class SerialNumberForm(StepForm):
    """A serial number. `formToken` names one press of "Next"."""

    serial_number: str = Field("", max_length=128, alias="serialNumber")
    press: str = Field("", max_length=256, alias="formToken")


async def show_number(
    page: PageRequest, number: str = "", error: FieldError | None = None, status: int = 200
) -> Response:
    """Which token it is."""
    view = SerialNumberView(
        frame=frame(page, "hardwareOath"),
        serial_number=number,
        form_token=new_token(128),
        error=error,
        back=back_of(page.principal, "hardwareOath"),
        different_method=may_choose(page.principal, page.deps),
    )
    return html(page.principal, view, status)


async def number_typed(page: PageRequest, form: SerialNumberForm) -> Response:
    """Claim the token, and ask for its code."""
    try:
        await registering.ask_first_code(page.principal, form.serial_number, form.press, page.deps)
    except SessionEndedError:
        raise
    except ProblemError as problem:
        error = FieldError("serialNumber", number_problem(problem))
        return await show_number(page, form.serial_number, error, problem.status)
    return to_current_step(page)


async def show_code(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """The code that the token shows."""
    challenge, shown = await require_challenge(page), frame(page, "hardwareOath.code", feedback.notice)
    is_pending = challenge.status_at(page.deps.clock.now()) == "pending"
    view = _code_view(shown, challenge, feedback.error, step="hardwareOath.code", ended=not is_pending)
    return html(page.principal, replace(view, back=f"{WIZARD}?step=hardwareOath"), feedback.status)


async def act_on_code(page: PageRequest, form: CodeForm) -> Response:
    """Judge a code, or ask for another one."""
    if form.action == "again":
        await registering.ask_code_again(page.principal, page.deps)
        return to_current_step(page)
    return await judge_code(page, form, show_code, token_code_problem)


def _proof_view(asked: AskedProof) -> TokenCodeView:
    view = _code_view(asked.frame, asked.challenge, asked.error, step="prove", ended=asked.ended)
    return replace(view, other_method=asked.other_method)


async def _answer(page: PageRequest, _: Challenge, form: CodeForm, show: ShowAgain) -> Response:
    return await judge_code(page, form, show, token_code_problem)


def _code_view(
    shown: Frame, challenge: Challenge, error: FieldError | None, *, step: str, ended: bool
) -> TokenCodeView:
    terms = challenge.terms.totp or challenge.terms.hotp
    return TokenCodeView(
        step=step,
        frame=shown,
        attempts_left=challenge.attempts_left,
        events_url=f"{shown.site.events}?challenge={challenge.id}",
        expires_at=challenge.expires_at,
        code_digits=terms.digits if terms else 6,
        has_button=challenge.terms.hotp is not None,
        error=error,
        checking=CHECKING if challenge.pending_submission and not ended else None,
        ended=ended,
    )


SHOWN_CODE: Final = ProofPage(kind="totp", view=_proof_view, answer=_answer, form=CodeForm)
PROOF: Final = ProofPage(kind="hotp", view=_proof_view, answer=_answer, form=CodeForm)

PAGES: Final = MethodPages(
    type="hardwareOath",
    steps={
        "hardwareOath": Step(show_number, number_typed, SerialNumberForm),
        "hardwareOath.code": Step(show_code, act_on_code, CodeForm),
        **last_step("hardwareOath", DONE),
    },
    proofs=(SHOWN_CODE,),
)
