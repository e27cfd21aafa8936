"""Registering security questions, and answering them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from pydantic import SecretStr

from schemas.verification import AnswersSubmitted, QuestionTerms
from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers.adding import require_addable
from services.enrollment.accounts.handlers.keeping import count_keeping
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.domain.verdict import Verdict
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge, to_register, with_terms
from services.enrollment.challenges.handlers.lifecycle import binding_of, open_submitted
from services.enrollment.methods.base.handlers import Given, GivenAnswers, Proof, SealedProof, Strategy
from services.enrollment.methods.security_questions.domain import checked_answers, fitting_answers
from services.enrollment.needs import CanAsk, CanBuild, CanSeal, HasConfig, HasRules, HasSignals
from services.enrollment.registrations.beginning import Beginning, Plan, proven_by
from services.enrollment.sessions.handlers.asking import pressed, wait_at
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.errors import RequestMalformedError
from services.kit.ids import repeatable_id


class CanAskQuestions(CanBuild, HasConfig, Protocol):
    """Builds challenges of the organisation's questions."""


class CanKeepAnswers(CanAskQuestions, CanAsk, HasSignals, Protocol):
    """Has the verifier keep answers."""


def answers_challenge(
    answers: Sequence[tuple[str, SecretStr]], claimant: Claimant, identifier: str, deps: CanAskQuestions
) -> tuple[Challenge, AnswersSubmitted]:
    """The registration of security questions, with the answers on their way.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodAlreadyRegistered`; see `checked_answers`.
    """
    account = claimant.account
    own = deps.config.tenant(account.tenant).security_questions
    count = len(answers)
    registration = Registration(
        display_name=f"{count} questions", question_ids=tuple(question_id for question_id, _ in answers)
    )
    require_addable(account, "securityQuestions", registration, deps)
    checked = checked_answers(answers, own)
    asked = to_register(identifier, "securityQuestions", registration)
    challenge = answers_asked(asked, claimant, registration.question_ids, deps)
    return challenge, submitted_answers(challenge, checked, deps)


def answers_asked(asked: ProofRequest, claimant: Claimant, question_ids: tuple[str, ...], deps: HasRules) -> Challenge:
    """Answers to security questions."""
    challenge = new_challenge(asked, claimant, "securityQuestions", deps)
    return with_terms(challenge, questions=QuestionTerms(question_ids=question_ids))


def submitted_answers(challenge: Challenge, answers: Mapping[str, SecretStr], deps: CanSeal) -> AnswersSubmitted:
    """Answers by question id, sealed for the verifier. Raises `answerTooLong`."""
    plain = json.dumps(fitting_answers(tuple(answers.items())), ensure_ascii=False)
    return AnswersSubmitted(
        submission_id=repeatable_id("submission"),
        terms=challenge.terms,
        answers=deps.sealer.seal("submission", plain.encode(), binding_of(challenge)),
        submitted_at=deps.clock.now(),
    )


async def register_answers(
    principal: Principal, answers: Sequence[tuple[str, SecretStr]], deps: CanKeepAnswers
) -> Verdict:
    """Keep a person's answers. Raises the same as `answers_challenge`; `sessionEnded`, `rateLimited`."""
    challenge, event = answers_challenge(answers, principal.claimant, pressed(principal, "answers"), deps)
    await count_keeping(principal.account_id, deps)
    await wait_at(principal, challenge, "securityQuestions", deps, most=deps.limiter.requests)
    _, verdict = await open_submitted(challenge, event, deps)
    return verdict


def answers(given: Sequence[tuple[str, SecretStr]]) -> Plan:
    """Security questions with their answers. See `answers_challenge`."""

    def plan(claimant: Claimant, deps: CanAskQuestions) -> Beginning:
        challenge, event = answers_challenge(given, claimant, repeatable_id("challenge"), deps)
        return replace(proven_by(challenge), event=event)

    return plan


def _seal(challenge: Challenge, given: Given, deps: CanSeal) -> SealedProof:
    """All answers that were asked for, and no others. Raises `answerTooLong`, `requestMalformed`."""
    asked = challenge.terms.questions
    if not isinstance(given, GivenAnswers) or asked is None:
        raise RequestMalformedError
    answers: Mapping[str, SecretStr] = dict(given.answers)
    if set(answers) != set(asked.question_ids) or len(answers) != len(given.answers):
        raise RequestMalformedError("Answer the questions that were asked, each once.")
    return SealedProof(submitted_answers(challenge, answers, deps))


PROOF = Proof("answers", _seal)


async def _ask(method: Method, asked: ProofRequest, claimant: Claimant, deps: CanAskQuestions) -> Challenge:
    return answers_asked(asked, claimant, _asked_questions(method, claimant, deps), deps)


STRATEGY = Strategy(_ask)


def _asked_questions(method: Method, claimant: Claimant, deps: HasConfig) -> tuple[str, ...]:
    """A random choice of those that the person answered."""
    count = deps.config.tenant(claimant.account.tenant).security_questions.to_ask
    return tuple(secrets.SystemRandom().sample(method.question_ids, min(count, len(method.question_ids))))
