"""The words of security questions."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import ngettext_lazy
from services.enrollment.methods.base.words import Done, MethodWords, Name
from services.enrollment.methods.security_questions.domain import Flaw
from services.enrollment.policies.domain.tenant import SecurityQuestions
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

QUESTIONS: Final[Mapping[str, str]] = {
    "childhood-nickname": _("What was your nickname as a child?"),
    "first-manager": _("What is the first name of your first manager?"),
    "first-concert": _("Which artist did you see at your first concert?"),
    "first-film": _("Which film did you first see in a cinema?"),
    "first-dish": _("What was the first dish that you learned to cook?"),
    "first-flight": _("Where did you fly to for the first time?"),
    "first-car": _("What was the make and model of your first car?"),
    "first-pet": _("What was the name of your first pet?"),
    "met-partner": _("In which town did you meet your partner?"),
    "parents-met": _("In which town did your parents meet?"),
    "street-at-ten": _("In which street did you live when you were ten?"),
    "favourite-teacher": _("What is the last name of the teacher that you liked best?"),
    "oldest-cousin": _("What is the first name of your oldest cousin?"),
    "favourite-toy": _("What was your favourite toy?"),
    "unvisited-place": _("Which place do you want to see that you have never been to?"),
}
"""What each predefined question asks, by its id."""

CHOOSE: Final = ngettext_lazy(
    "Choose {number} question that only you can answer. They help you to get back in.",
    "Choose {number} questions that only you can answer. They help you to get back in.",
)
_NUMBER: Final = ngettext_lazy("{number} question", "{number} questions")


def _which(display_name: str) -> str:
    number = display_name.partition(" ")[0]
    return _NUMBER.of(int(number)) if number.isdecimal() else display_name


WORDS: Final = MethodWords(
    type="securityQuestions",
    name=Name(_("Security questions"), _("Answer questions that only you can answer. For getting back in.")),
    guide="security-questions",
    prove=_("Answer the questions that you chose."),
    titles={
        "securityQuestions": _("Security questions"),
        "securityQuestions.verified": _("Security questions saved"),
    },
    progress=(("securityQuestions", _("Answer questions")), ("securityQuestions.verified", _("Done"))),
    which=_which,
)
DONE: Final = Done(_("Security questions saved"), _("Your answers help you to get back in when you can't sign in."))
REFUSED: Final[Mapping[type[ProblemError], str]] = {
    AnswerTooShortError: _("This answer is too short. It needs at least 3 characters."),
    AnswerTooLongError: _("This answer is too long. It can have up to 40 characters."),
    AnswersNotDistinctError: _("Give a different answer to each question."),
    QuestionUnknownError: _("Choose a question."),
    MethodAlreadyRegisteredError: _("You have answered security questions already. Delete them first."),
    MethodNotAllowedByPolicyError: NOT_ALLOWED,
    RateLimitedError: VERY_FAST,
}


CHOSEN_TWICE: Final = _("You chose this question already. Choose another one.")


def offered_questions(own: SecurityQuestions) -> dict[str, str]:
    """What people of an organisation choose from: text by id, its own first, in the words of its configuration."""
    return {question.id: question.text for question in own.custom} | dict(QUESTIONS)


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
            CodeExpiredError: _("That took too long. Try again."),
            AttemptsExhaustedError: _("Too many wrong answers. Use a different method, or try again later."),
            MethodCoolingDownError: _("There were too many wrong answers. Wait a while, then try again."),
            AuthenticatorDisabledError: _("There were too many wrong answers. Use a different method."),
            RequestMalformedError: _("Answer all of the questions."),
        },
    )
