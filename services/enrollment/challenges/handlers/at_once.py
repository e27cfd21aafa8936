"""Methods with nothing to prove, which are active as soon as the verifier keeps them: security questions, recovery
codes, a Temporary Access Pass."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import SecretStr

from schemas.base import MethodType
from schemas.verification import AnswersSubmitted, CodeSubmitted, PassTerms
from services.enrollment.accounts.domain import methods
from services.enrollment.accounts.domain.account import Account, Draft, Session
from services.enrollment.challenges.domain import challenge as challenges
from services.enrollment.challenges.domain.challenge import Challenge, Registration, Submitted
from services.enrollment.challenges.handlers.asking import by_answers, by_typed, to_register
from services.enrollment.methods.security_questions.domain import checked_answers
from services.enrollment.policies.domain.policy import may_be_added
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.handlers.desk import (
    Applicant,
    Desk,
    Visit,
    binding_of,
    judged,
    move_session,
    open_challenge,
    pressed,
    wait_at,
)
from services.kit.errors import ProblemError
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
    answers: Sequence[tuple[str, SecretStr]], applicant: Applicant, identifier: str, desk: Desk
) -> tuple[Challenge, AnswersSubmitted]:
    """The registration of security questions, with the answers on their way.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `methodAlreadyRegistered`; see `checked_answers`.
    """
    account = applicant.account
    own = desk.config.tenant(account.tenant).security_questions
    count = len(answers)
    registration = Registration(display_name=f"{count} questions", question_ids=tuple(one for one, _ in answers))
    _require_registrable(account, "securityQuestions", registration, desk)
    checked = checked_answers(answers, own)
    asked = to_register(identifier, "securityQuestions", registration)
    challenge = by_answers(asked, applicant, registration.question_ids, desk)
    return challenge, submitted_answers(challenge, checked, desk)


def codes_challenge(draft: Draft, applicant: Applicant, identifier: str, desk: Desk) -> tuple[Challenge, CodeSubmitted]:
    """The registration of recovery codes: what was handed out, on its way to the verifier."""
    registration = Registration(display_name=f"{CODES} codes", codes_left=CODES)
    _require_registrable(applicant.account, "recoveryCodes", registration, desk)
    asked = to_register(identifier, "recoveryCodes", registration, draft.method_id)
    challenge = by_typed(asked, applicant, "recoveryCode", desk)
    listed = "\n".join(one.get_secret_value() for one in codes_of(draft, applicant, desk))
    return challenge, submitted_code(challenge, listed, desk)


def pass_challenge(
    lifetime: timedelta, applicant: Applicant, identifier: str, desk: Desk, *, is_usable_once: bool
) -> tuple[Challenge, CodeSubmitted, SecretStr]:
    """A new Temporary Access Pass, on its way to the verifier; the last value is the pass, for this one time.

    Raises:
        ProblemError: `requestMalformed` for a lifetime below 10 minutes or above 30 days.
    """
    if not SHORTEST_PASS <= lifetime <= LONGEST_PASS:
        raise ProblemError("requestMalformed", "lifetimeInMinutes must be 10 to 43200.")
    now = desk.clock.now()
    given = SecretStr("".join(secrets.choice(WITHOUT_LOOKALIKES) for _ in range(PASS_LENGTH)))
    registration = Registration(display_name="Temporary Access Pass", usable_until=now + lifetime)
    if is_usable_once:
        registration = registration.model_copy(update={"codes_left": 1})
    asked = to_register(identifier, "temporaryAccessPass", registration)
    terms = PassTerms(not_before=now, not_after=now + lifetime, is_usable_once=is_usable_once)
    challenge = by_typed(asked, applicant, "temporaryAccessPass", desk, access_pass=terms)
    return challenge, submitted_code(challenge, given.get_secret_value(), desk), given


def new_codes(applicant: Applicant, desk: Desk) -> Draft:
    """Ten recovery codes of 80 bits each (NIST SP 800-63B-4, 4.2.1), not registered yet."""
    binding = applicant.binding(new_id())
    codes = ["".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    sealed = desk.sealer.seal("secret", "\n".join(codes).encode(), binding)
    return Draft(method_id=binding.method, type="recoveryCodes", sealed=sealed)


def codes_of(draft: Draft, applicant: Applicant, desk: Desk) -> tuple[SecretStr, ...]:
    """The codes in a draft."""
    opened = desk.sealer.open("secret", draft.sealed, applicant.binding(draft.method_id)).decode()
    return tuple(SecretStr(code) for code in opened.split("\n"))


def submitted_answers(challenge: Challenge, answers: Mapping[str, SecretStr], desk: Desk) -> AnswersSubmitted:
    """Answers by question id, sealed for the verifier."""
    plain = json.dumps({question: answer.get_secret_value() for question, answer in answers.items()})
    return AnswersSubmitted(
        submission_id=new_id(),
        terms=challenge.terms,
        answers=desk.sealer.seal("submission", plain.encode(), binding_of(challenge)),
        submitted_at=desk.clock.now(),
    )


def submitted_code(challenge: Challenge, code: str, desk: Desk) -> CodeSubmitted:
    """A code, sealed for the verifier."""
    return CodeSubmitted(
        submission_id=new_id(),
        terms=challenge.terms,
        code=desk.sealer.seal("submission", code.encode(), binding_of(challenge)),
        submitted_at=desk.clock.now(),
    )


async def keep(challenge: Challenge, event: Submitted, desk: Desk) -> tuple[Challenge, str | None]:
    """Open and submit in one write, and wait for the verifier's word."""
    change = challenges.opened_with(challenge, event, at=desk.clock.now())
    async with desk.signals.awaiting(challenge.id) as told:
        stored = await open_challenge(change.state, desk, change)
        submission = stored.submissions[0].id if stored.submissions else event.submission_id
        return await judged(challenge.id, submission, told, desk)


async def register_answers(visit: Visit, answers: Sequence[tuple[str, SecretStr]], desk: Desk) -> str | None:
    """Keep a person's answers; `verified`, or None where it is still under way.

    Raises:
        ProblemError: as `answers_challenge`; `sessionEnded`, `rateLimited`.
    """
    await desk.edge.admit("request", visit.session.id)
    challenge, event = answers_challenge(answers, visit.applicant, pressed(visit, "answers"), desk)
    await wait_at(visit, challenge, "securityQuestions", desk)
    _, result = await keep(challenge, event, desk)
    return result


async def show_codes(visit: Visit, desk: Desk) -> Visit:
    """To the page that shows recovery codes, once; a refresh shows the same ones.

    Raises:
        ProblemError: `methodNotAllowedByPolicy`, `sessionEnded`.
    """
    _require_registrable(visit.account, "recoveryCodes", Registration(display_name=""), desk)
    fresh = new_codes(visit.applicant, desk)

    def move(session: Session) -> Session:
        kept = session.draft if session.draft and session.draft.type == "recoveryCodes" else fresh
        return wizard.show_draft(session, kept, "recoveryCodes.show")

    return await move_session(visit, move, desk)


async def register_codes(visit: Visit, desk: Desk) -> str | None:
    """The person has saved the codes: keep their hashes, and show them no more.

    Raises:
        ProblemError: `challengeEnded` without codes; `sessionEnded`.
    """
    draft = visit.session.draft
    if draft is None or draft.type != "recoveryCodes":
        raise ProblemError("challengeEnded")
    challenge, event = codes_challenge(draft, visit.applicant, pressed(visit, f"codes {draft.method_id}"), desk)
    await wait_at(visit, challenge, "recoveryCodes.show", desk)
    _, result = await keep(challenge, event, desk)
    return result


def _require_registrable(account: Account, kind: MethodType, registration: Registration, desk: Desk) -> None:
    if not may_be_added(desk.policy(account), kind, account.active_types):
        raise ProblemError("methodNotAllowedByPolicy")
    if code := methods.conflict_of(account, kind, registration):
        raise ProblemError(code)
