"""Security questions in the API."""

from typing import Final, Literal

from pydantic import Field

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.api.models import GivenAnswer, QuestionBody
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.base.api import ChallengeFields, MethodApi, RegistrationRequest
from services.enrollment.methods.security_questions.handlers import answers
from services.enrollment.methods.security_questions.words import WORDS, offered_questions
from services.enrollment.needs import HasConfig
from services.enrollment.registrations.beginning import Plan


class QuestionsRequest(RegistrationRequest):
    """Security questions with their answers."""

    type: Literal["securityQuestions"]
    answers: tuple[GivenAnswer, ...] = Field(max_length=20)

    def plan(self) -> Plan:
        return answers([(given.question_id, given.answer) for given in self.answers])


def _questions(challenge: Challenge, _: Account, deps: HasConfig) -> ChallengeFields:
    asked = challenge.terms.questions
    if asked is None:
        return {}
    texts = offered_questions(deps.config.tenant(challenge.tenant).security_questions)
    questions = tuple(
        QuestionBody(id=identifier, text=texts.get(identifier, identifier)) for identifier in asked.question_ids
    )
    return {"questions": questions}


API: Final = MethodApi(
    type="securityQuestions",
    name=WORDS.name.label,
    request=QuestionsRequest,
    examples={
        "security_questions": {
            "type": "securityQuestions",
            "answers": [
                {"questionId": "first-pet", "answer": "Bramble"},
                {"questionId": "first-car", "answer": "a blue Beetle"},
                {"questionId": "parents-met", "answer": "Whitby"},
            ],
        }
    },
    challenges={"securityQuestions": _questions},
)
