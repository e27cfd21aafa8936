"""Security questions: those that everybody can choose from, an organisation's own, and what makes a set of answers
good.
"""

from collections.abc import Sequence
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


PREDEFINED = (
    "childhood-nickname",
    "first-manager",
    "first-concert",
    "first-film",
    "first-dish",
    "first-flight",
    "first-car",
    "first-pet",
    "met-partner",
    "parents-met",
    "street-at-ten",
    "favourite-teacher",
    "oldest-cousin",
    "favourite-toy",
    "unvisited-place",
)
"""Questions that everybody can choose from, by their ids. What each asks is among the words."""


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
    questions, given = list[str](), list[str]()
    offered = {*(question.id for question in own.custom), *PREDEFINED}
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
