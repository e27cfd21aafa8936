"""The pages of security questions: chosen and answered once, asked later."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Response
from pydantic import Field, SecretStr, StringConstraints

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.submitting import submit_proof
from services.enrollment.methods.base.handlers import GivenAnswers
from services.enrollment.methods.base.pages import AskedProof, MethodPages, ProofPage, Step
from services.enrollment.methods.base.step_pages import back_of, kept_at, last_step
from services.enrollment.methods.security_questions.domain import MOST, flaws_of
from services.enrollment.methods.security_questions.handlers import register_answers
from services.enrollment.methods.security_questions.views import AskedQuestionsView, QuestionRow, QuestionsView
from services.enrollment.methods.security_questions.words import (
    DONE,
    answers_problem,
    answers_wrong,
    flaw_text,
    offered_questions,
)
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.forms import ProofForm
from services.enrollment.web.judging import ShowAgain, judge
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import FieldError
from services.kit.errors import ProblemError, SessionEndedError


class AnswersForm(ProofForm):
    """Questions by their ids, each with its answer."""

    question: list[Annotated[str, StringConstraints(max_length=64)]] = Field([], max_length=10)
    answer: list[Annotated[SecretStr, Field(max_length=256)]] = Field([], max_length=10)

    @property
    def answers(self) -> list[tuple[str, SecretStr]]:
        return list(zip(self.question, self.answer, strict=False))


async def show_questions(
    page: PageRequest, rows: tuple[QuestionRow, ...] = (), error: FieldError | None = None, status: int = 200
) -> Response:
    """Choose questions and answer them."""
    own = page.deps.config.tenant(page.principal.account.tenant).security_questions
    view = QuestionsView(
        frame=frame(page, "securityQuestions"),
        rows=rows or tuple(QuestionRow(chosen="") for _ in range(own.to_register)),
        questions=tuple(offered_questions(own).items()),
        error=error,
        back=back_of(page.principal, "securityQuestions"),
        different_method=may_choose(page.principal, page.deps),
        keeping=None if error else await kept_at(page, "securityQuestions"),
    )
    return html(page.principal, view, status)


async def answers_given(page: PageRequest, form: AnswersForm) -> Response:
    """Keep the answers, or say of all of them what is no good."""
    answers = form.answers[:MOST]
    try:
        await register_answers(page.principal, answers, page.deps)
    except SessionEndedError:
        raise
    except ProblemError as problem:
        return await _once_more(page, answers, problem)
    return to_current_step(page)


async def _once_more(page: PageRequest, answers: Sequence[tuple[str, SecretStr]], problem: ProblemError) -> Response:
    own = page.deps.config.tenant(page.principal.account.tenant).security_questions
    found = {(flaw.part, flaw.position): flaw_text(flaw) for flaw in flaws_of(answers, own)}
    rows = tuple(
        QuestionRow(question, answer, found.get(("question", at)), found.get(("answer", at)))
        for at, (question, answer) in enumerate(answers)
    )
    field, text = next((f"{part}-{at + 1}", text) for (part, at), text in found.items()) if found else ("", "")
    error = FieldError(field or "answers", text or answers_problem(problem))
    return await show_questions(page, rows, error, problem.status)


def _view(asked: AskedProof) -> AskedQuestionsView:
    config = asked.page.deps.config.tenant(asked.page.principal.account.tenant)
    texts = offered_questions(config.security_questions)
    ids = asked.challenge.terms.questions.question_ids if asked.challenge.terms.questions else ()
    return AskedQuestionsView(
        frame=asked.frame,
        challenge_id=asked.challenge.id,
        questions=tuple((question, texts.get(question, question)) for question in ids),
        attempts_left=asked.challenge.attempts_left,
        error=asked.error,
        other_method=asked.other_method,
        ended=asked.ended,
        checking=asked.checking,
        events_url=asked.events_url,
    )


async def _answer(page: PageRequest, challenge: Challenge, form: AnswersForm, show: ShowAgain) -> Response:
    judging = submit_proof(challenge, GivenAnswers(form.answers), page.deps)
    return await judge(page, judging, show, answers_wrong, field="answers")


PAGES: Final = MethodPages(
    type="securityQuestions",
    steps={
        "securityQuestions": Step(show_questions, answers_given, AnswersForm),
        **last_step("securityQuestions", DONE),
    },
)
PROOF: Final = ProofPage(kind="securityQuestions", view=_view, answer=_answer, form=AnswersForm)
