"""Security questions: those that everybody can choose from, an organisation's own, and what makes a set of answers
good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from services.enrollment.methods.base.domain import ProofTraits, Traits, WizardStep, once
from services.enrollment.policies.domain.tenant import SecurityQuestions
from services.kit.answers import LONGEST, SHORTEST, normalised
from services.kit.errors import (
    AnswersNotDistinctError,
    AnswerTooLongError,
    AnswerTooShortError,
    ProblemError,
    QuestionUnknownError,
    RequestMalformedError,
)

MOST = 5


@dataclass(frozen=True)
class Flaw:
    """What is no good about a question or its answer; `position` counts from 0."""

    position: int
    part: Literal["question", "answer"]
    problem: type[ProblemError]


PREDEFINED: Mapping[str, str] = {
    "childhood-nickname": "What was your nickname as a child?",
    "first-manager": "What is the first name of your first manager?",
    "first-concert": "Which artist did you see at your first concert?",
    "first-film": "Which film did you first see in a cinema?",
    "first-dish": "What was the first dish that you learned to cook?",
    "first-flight": "Where did you fly to for the first time?",
    "first-car": "What was the make and model of your first car?",
    "first-pet": "What was the name of your first pet?",
    "met-partner": "In which town did you meet your partner?",
    "parents-met": "In which town did your parents meet?",
    "street-at-ten": "In which street did you live when you were ten?",
    "favourite-teacher": "What is the last name of the teacher that you liked best?",
    "oldest-cousin": "What is the first name of your oldest cousin?",
    "favourite-toy": "What was your favourite toy?",
    "unvisited-place": "Which place do you want to see that you have never been to?",
}


def offered_questions(own: SecurityQuestions) -> dict[str, str]:
    """What people of an organisation choose from: text by id, its own first."""
    return {question.id: question.text for question in own.custom} | dict(PREDEFINED)


def checked_answers(answers: Sequence[tuple[str, SecretStr]], own: SecurityQuestions) -> dict[str, SecretStr]:
    """Answers by question id, fit to be registered.

    Raises:
        ProblemError: `requestMalformed` for another number of them; `questionUnknown`, `answersNotDistinct`,
            `answerTooShort`, `answerTooLong`; `position` names the first one in question, from 0.
    """
    if not own.to_register <= len(answers) <= MOST:
        raise RequestMalformedError(f"Give {own.to_register} to {MOST} answers.")
    if found := flaws_of(answers, own):
        raise found[0].problem(position=found[0].position)
    return dict(answers)


def flaws_of(answers: Sequence[tuple[str, SecretStr]], own: SecurityQuestions) -> tuple[Flaw, ...]:
    """All that is no good about them, in order: of each question, and of each answer, at most one thing."""
    offered, questions, given = offered_questions(own), list[str](), list[str]()
    found = list[Flaw]()
    for position, (question, secret) in enumerate(answers):
        answer = normalised(secret.get_secret_value())
        if question not in offered:
            found.append(Flaw(position, "question", QuestionUnknownError))
        elif question in questions:
            found.append(Flaw(position, "question", AnswersNotDistinctError))
        if len(answer) < SHORTEST:
            found.append(Flaw(position, "answer", AnswerTooShortError))
        elif len(answer) > LONGEST:
            found.append(Flaw(position, "answer", AnswerTooLongError))
        elif answer in given:
            found.append(Flaw(position, "answer", AnswersNotDistinctError))
        questions.append(question)
        given.append(answer)
    return tuple(found)


def fitting_answers(answers: Sequence[tuple[str, SecretStr]]) -> dict[str, str]:
    """Answers by question id as they are handed in: in one line, so that space without a meaning takes none.

    Raises:
        ProblemError: `answerTooLong` for one that nobody can have registered; `position` names it, from 0.
    """
    for position, (_, secret) in enumerate(answers):
        if len(normalised(secret.get_secret_value())) > LONGEST:
            raise AnswerTooLongError(position=position)
    return {question: " ".join(secret.get_secret_value().split()) for question, secret in answers}


TRAITS = Traits(
    type="securityQuestions",
    proofs={"securityQuestions": ProofTraits(amr=("kba",), proves_registration=False)},
    steps=(
        WizardStep("securityQuestions", asked_from=frozenset({"securityQuestions"})),
        WizardStep("securityQuestions.verified"),
    ),
    strength="recovery",
    limit=1,
    conflict=once,
    has_one_place=True,
    is_knowledge=True,
)
