"""The words of security questions."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import ngettext_lazy
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.methods.security_questions.domain import Flaw
from services.enrollment.web.words import NOT_ALLOWED, VERY_FAST, not_accepted
from services.kit.errors import (
    AnswersNotDistinctError,
    AnswerTooLongError,
    AnswerTooShortError,
    AttemptsExhaustedError,
    AuthenticatorDisabledError,
    CodeExpiredError,
    CodeIncorrectError,
    MethodAlreadyRegisteredError,
    MethodCoolingDownError,
    MethodNotAllowedByPolicyError,
    ProblemError,
    QuestionUnknownError,
    RateLimitedError,
    RequestMalformedError,
)

WORDS: Final = MethodWords(
    type="securityQuestions",
    name=Name("Security questions", "Answer questions that only you can answer. For getting back in."),
    guide="security-questions",
    prove="Answer the questions that you chose.",
    titles={
        "securityQuestions": "Security questions",
        "securityQuestions.verified": "Security questions saved",
    },
    progress=(("securityQuestions", "Answer questions"), ("securityQuestions.verified", "Done")),
)
DONE: Final = Done("Security questions saved", "Your answers help you to get back in when you can't sign in.")
REFUSED: Final[Mapping[type[ProblemError], str]] = {
    AnswerTooShortError: "This answer is too short. It needs at least 3 characters.",
    AnswerTooLongError: "This answer is too long. It can have up to 40 characters.",
    AnswersNotDistinctError: "Give a different answer to each question.",
    QuestionUnknownError: "Choose a question.",
    MethodAlreadyRegisteredError: "You have answered security questions already. Delete them first.",
    MethodNotAllowedByPolicyError: NOT_ALLOWED,
    RateLimitedError: VERY_FAST,
}


CHOSEN_TWICE: Final = "You chose this question already. Choose another one."


def answers_problem(problem: ProblemError) -> str:
    return REFUSED.get(type(problem), problem.title)


WRONG: Final = ngettext_lazy(
    "Not all of these answers are right; {number} try left.", "Not all of these answers are right; {number} tries left."
)


def flaw_text(flaw: Flaw) -> str:
    """Beside the question or the answer that it is about."""
    twice = flaw.part == "question" and flaw.problem is AnswersNotDistinctError
    return CHOSEN_TWICE if twice else REFUSED[flaw.problem]


def answers_wrong(problem: type[ProblemError], challenge: Challenge) -> str:
    """Why answers were not accepted; never which one."""
    return not_accepted(
        problem,
        {
            AnswerTooLongError: REFUSED[AnswerTooLongError],
            CodeIncorrectError: WRONG.of(challenge.attempts_left),
            CodeExpiredError: "That took too long. Try again.",
            AttemptsExhaustedError: "Too many wrong answers. Use a different method, or try again later.",
            MethodCoolingDownError: "There were too many wrong answers. Wait a while, then try again.",
            AuthenticatorDisabledError: "There were too many wrong answers. Use a different method.",
            RequestMalformedError: "Answer all of the questions.",
        },
    )
