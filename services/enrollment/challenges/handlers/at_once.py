"""Methods with nothing to prove, which are active as soon as the verifier keeps them: security questions, recovery
codes, a Temporary Access Pass."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import SecretStr

from schemas.base import MethodType
from schemas.verification import AnswersSubmitted, CodeSubmitted, PassTerms
from services.enrollment.accounts.domain import conflicts
from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain import transitions as challenges
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.challenges.handlers.asking import by_answers, by_typed, to_register
from services.enrollment.dependencies import (
    Claimant,
    Dependencies,
    Principal,
    binding_of,
    judged,
    move_session,
    open_challenge,
    pressed,
    wait_at,
)
from services.enrollment.methods.security_questions.domain import checked_answers
from services.enrollment.policies.domain.policy import may_be_added
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.domain.session import Draft, Session
from services.kit.errors import (
    ChallengeEndedError,
    MethodNotAllowedByPolicyError,
    RequestMalformedError,
)
from services.kit.ids import new_id

CODES = 10
CODE_LENGTH = 16
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WITHOUT_LOOKALIKES = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
PASS_LENGTH = 12
SHORTEST_PASS = timedelta(minutes=10)
LONGEST_PASS = timedelta(days=30)
USUAL_PASS = timedelta(hours=1)


def answers_challenge(
    answers: Sequence[tuple[str, SecretStr]], claimant: Claimant, identifier: str, deps: Dependencies
) -> tuple[Challenge, AnswersSubmitted]:
    """The registration of security questions, with the answers on their way.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodAlreadyRegistered`; see `checked_answers`.
    """
    account = claimant.account
    own = deps.config.tenant(account.tenant).security_questions
    count = len(answers)
    registration = Registration(display_name=f"{count} questions", question_ids=tuple(one for one, _ in answers))
    _require_registrable(account, "securityQuestions", registration, deps)
    checked = checked_answers(answers, own)
    asked = to_register(identifier, "securityQuestions", registration)
    challenge = by_answers(asked, claimant, registration.question_ids, deps)
    return challenge, submitted_answers(challenge, checked, deps)


def codes_challenge(
    draft: Draft, claimant: Claimant, identifier: str, deps: Dependencies
) -> tuple[Challenge, CodeSubmitted]:
    """The registration of recovery codes: what was handed out, on its way to the verifier."""
    registration = Registration(display_name=f"{CODES} codes", codes_left=CODES)
    _require_registrable(claimant.account, "recoveryCodes", registration, deps)
    asked = to_register(identifier, "recoveryCodes", registration, draft.method_id)
    challenge = by_typed(asked, claimant, "recoveryCode", deps)
    listed = "\n".join(one.get_secret_value() for one in codes_of(draft, claimant, deps))
    return challenge, submitted_code(challenge, listed, deps)


def pass_challenge(
    lifetime: timedelta, claimant: Claimant, identifier: str, deps: Dependencies, *, is_usable_once: bool
) -> tuple[Challenge, CodeSubmitted, SecretStr]:
    """A new Temporary Access Pass, on its way to the verifier; the last value is the pass, for this one time.

    Raises:
        ProblemError: `requestMalformed` for a lifetime below 10 minutes or above 30 days.
    """
    if not SHORTEST_PASS <= lifetime <= LONGEST_PASS:
        raise RequestMalformedError("lifetimeInMinutes must be 10 to 43200.")
    now = deps.clock.now()
    given = SecretStr("".join(secrets.choice(WITHOUT_LOOKALIKES) for _ in range(PASS_LENGTH)))
    registration = Registration(display_name="Temporary Access Pass", usable_until=now + lifetime)
    if is_usable_once:
        registration = registration.model_copy(update={"codes_left": 1})
    asked = to_register(identifier, "temporaryAccessPass", registration)
    terms = PassTerms(not_before=now, not_after=now + lifetime, is_usable_once=is_usable_once)
    challenge = by_typed(asked, claimant, "temporaryAccessPass", deps, access_pass=terms)
    return challenge, submitted_code(challenge, given.get_secret_value(), deps), given


def new_codes(claimant: Claimant, deps: Dependencies) -> Draft:
    """Ten recovery codes of 80 bits each (NIST SP 800-63B-4, 4.2.1), not registered yet."""
    binding = claimant.binding(new_id())
    codes = ["".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    sealed = deps.sealer.seal("secret", "\n".join(codes).encode(), binding)
    return Draft(method_id=binding.method, type="recoveryCodes", sealed=sealed)


def codes_of(draft: Draft, claimant: Claimant, deps: Dependencies) -> tuple[SecretStr, ...]:
    """The codes in a draft."""
    opened = deps.sealer.open("secret", draft.sealed, claimant.binding(draft.method_id)).decode()
    return tuple(SecretStr(code) for code in opened.split("\n"))


def submitted_answers(challenge: Challenge, answers: Mapping[str, SecretStr], deps: Dependencies) -> AnswersSubmitted:
    """Answers by question id, sealed for the verifier."""
    plain = json.dumps({question: answer.get_secret_value() for question, answer in answers.items()})
    return AnswersSubmitted(
        submission_id=new_id(),
        terms=challenge.terms,
        answers=deps.sealer.seal("submission", plain.encode(), binding_of(challenge)),
        submitted_at=deps.clock.now(),
    )


def submitted_code(challenge: Challenge, code: str, deps: Dependencies) -> CodeSubmitted:
    """A code, sealed for the verifier."""
    return CodeSubmitted(
        submission_id=new_id(),
        terms=challenge.terms,
        code=deps.sealer.seal("submission", code.encode(), binding_of(challenge)),
        submitted_at=deps.clock.now(),
    )


async def keep(challenge: Challenge, event: Submitted, deps: Dependencies) -> tuple[Challenge, str | None]:
    """Open and submit in one write, and wait for the verifier's word."""
    change = challenges.opened_with(challenge, event, at=deps.clock.now())
    async with deps.signals.awaiting(challenge.id) as told:
        stored = await open_challenge(change.state, deps, change)
        submission = stored.submissions[0].id if stored.submissions else event.submission_id
        return await judged(challenge.id, submission, told, deps)


async def register_answers(
    principal: Principal, answers: Sequence[tuple[str, SecretStr]], deps: Dependencies
) -> str | None:
    """Keep a person's answers; `verified`, or None where it is still under way.

    Raises:
        ProblemError: as `answers_challenge`; `sessionEnded`, `rateLimited`.
    """
    await deps.limiter.admit("request", principal.session.id)
    challenge, event = answers_challenge(answers, principal.claimant, pressed(principal, "answers"), deps)
    await wait_at(principal, challenge, "securityQuestions", deps)
    _, result = await keep(challenge, event, deps)
    return result


async def show_codes(principal: Principal, deps: Dependencies) -> Principal:
    """To the page that shows recovery codes, once; a refresh shows the same ones.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `sessionEnded`.
    """
    _require_registrable(principal.account, "recoveryCodes", Registration(display_name=""), deps)
    fresh = new_codes(principal.claimant, deps)

    def move(session: Session) -> Session:
        kept = session.draft if session.draft and session.draft.type == "recoveryCodes" else fresh
        return wizard.show_draft(session, kept, "recoveryCodes.show")

    return await move_session(principal, move, deps)


async def register_codes(principal: Principal, deps: Dependencies) -> str | None:
    """The person has saved the codes: keep their hashes, and show them no more.

    Raises:
        ProblemError: `challengeEnded` without codes; `sessionEnded`.
    """
    draft = principal.session.draft
    if draft is None or draft.type != "recoveryCodes":
        raise ChallengeEndedError
    challenge, event = codes_challenge(draft, principal.claimant, pressed(principal, f"codes {draft.method_id}"), deps)
    await wait_at(principal, challenge, "recoveryCodes.show", deps)
    _, result = await keep(challenge, event, deps)
    return result


def _require_registrable(account: Account, kind: MethodType, registration: Registration, deps: Dependencies) -> None:
    if not may_be_added(deps.policy(account), kind, account.active_types):
        raise MethodNotAllowedByPolicyError
    if problem := conflicts.conflict_of(account, kind, registration):
        raise problem
