"""Answers to security questions, all of them right at once.

Only for password reset under the `entra` profile: NIST SP 800-63B-4, 3.1.1.2, and OWASP ASVS 5.0, 6.4.2, refuse them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr, TypeAdapter, ValidationError

from schemas.base import Event
from schemas.verification import AnswersSubmitted, ChallengeTerms, ProofKind
from services.kit.answers import normalised
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.kit.state import State
from services.verifier.domain.base import Judgement, Kept, Right, Wrong
from services.verifier.domain.credential import Credential, kept_of
from services.verifier.methods.base import (
    ProofUnreadableError,
    Submission,
    is_registration,
    open_submitted,
    proof_digest,
)
from services.verifier.methods.slow_hash import SlowHash

ANSWERS = TypeAdapter(dict[str, SecretStr])


class AnswerHash(State):
    """The hash of one answer, with a salt of its own."""

    question_id: str
    answer_hash: str


class AnswerHashes(Kept):
    kind: ClassVar[ProofKind] = "securityQuestions"

    answers: tuple[AnswerHash, ...]

    def of(self, question_id: str) -> str | None:
        return next((answer.answer_hash for answer in self.answers if answer.question_id == question_id), None)


@dataclass(frozen=True)
class GivenAnswers:
    """Normalised answers by question id."""

    answers: Mapping[str, SecretStr]
    terms: ChallengeTerms
    tenant: str
    keyring: Keyring
    slow_hash: SlowHash

    @property
    def guesses(self) -> bool:
        """New answers prove nothing: they are kept."""
        return not is_registration(self.terms)

    @property
    def digest(self) -> str:
        """The same for the same answers, in whatever order and case they came."""
        parts = [part for key in sorted(self.answers) for part in (key, self.answers[key].get_secret_value())]
        return proof_digest(self.keyring, self.terms, "answers", self.tenant, *parts)

    async def examine(self, credential: Credential | None) -> Judgement:
        """Keep hashes of new answers; compare all others, the right ones beside a wrong one too."""
        if is_registration(self.terms):
            return Right(binds=AnswerHashes(answers=tuple([await self._hashed(question) for question in self._asked])))
        kept = kept_of(credential, AnswerHashes)
        if kept is None:
            return Wrong()
        return Right() if all([await self._is_right(question, kept) for question in self._asked]) else Wrong()

    @property
    def _asked(self) -> tuple[str, ...]:
        return self.terms.questions.question_ids if self.terms.questions else ()

    async def _hashed(self, question_id: str) -> AnswerHash:
        return AnswerHash(question_id=question_id, answer_hash=await self.slow_hash.of(self.answers[question_id]))

    async def _is_right(self, question_id: str, kept: AnswerHashes) -> bool:
        answer, expected = self.answers.get(question_id), kept.of(question_id)
        return answer is not None and expected is not None and await self.slow_hash.matches(expected, answer)


class QuestionsMethod:
    kind: ClassVar[ProofKind] = "securityQuestions"
    submissions: ClassVar[tuple[type[Event], ...]] = (AnswersSubmitted,)
    is_slow: ClassVar[bool] = True
    keeps: ClassVar[bool] = True

    def __init__(self, keyring: Keyring, slow_hash: SlowHash) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)
        self._slow_hash = slow_hash

    def identity(self, terms: ChallengeTerms) -> str:
        """The method: other answers are another one."""
        if terms.questions is None:
            raise ProofUnreadableError("the terms lack their questions")
        return terms.method_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> GivenAnswers:
        """Open the answers, which are sealed for this challenge of this person."""
        terms = submission.terms
        if not isinstance(submission, AnswersSubmitted) or terms.questions is None:
            raise ProofUnreadableError("no answers were submitted, or the terms lack their questions")
        answers = _parsed(open_submitted(self._sealer, submission.answers, terms, tenant=tenant, user=user))
        if is_registration(terms) and answers.keys() != set(terms.questions.question_ids):
            raise ProofUnreadableError("the answers to keep are not those to the questions in the terms")
        return GivenAnswers(answers, terms, tenant, self._keyring, self._slow_hash)


def _parsed(text: SecretStr) -> dict[str, SecretStr]:
    try:
        answers = ANSWERS.validate_json(text.get_secret_value())
    except ValidationError:
        raise ProofUnreadableError("the answers are no JSON object of texts") from None
    return {key: SecretStr(normalised(answer.get_secret_value())) for key, answer in answers.items()}
