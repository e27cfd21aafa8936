"""Registering an email address, or another one instead: by a code in a mail."""

from services.enrollment.accounts.domain import methods
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.asking import Target, by_code, to_register
from services.enrollment.methods.email.domain import parse_address
from services.enrollment.policies.domain.policy import is_allowed, may_be_added
from services.enrollment.sessions.domain import lifecycle as rules
from services.enrollment.sessions.handlers.desk import Applicant, Desk, Visit, ask, pressed
from services.kit.errors import ProblemError
from services.kit.ids import new_id


def email_challenge(
    typed: str, applicant: Applicant, identifier: str, desk: Desk, *, changes: str | None = None
) -> Challenge:
    """The challenge by which an address is proven; `changes` is the method whose address it is to be.

    Raises:
        ProblemError: `emailInvalid`, `methodNotAllowedByPolicy`, `methodAlreadyRegistered`, `methodLimitReached`.
    """
    address = parse_address(typed)
    policy, account = desk.policy(applicant.account), applicant.account
    is_taken = is_allowed(policy, "email") if changes else may_be_added(policy, "email", account.active_types)
    if not is_taken:
        raise ProblemError("methodNotAllowedByPolicy")
    target = Target.of(address.address, address.masked, account.tenant, desk)
    method_id = changes or new_id()
    registration = Registration(
        display_name=target.masked,
        destination=target.sealed(applicant.binding(method_id), desk.sealer),
        destination_hash=target.digest,
        changes=changes,
    )
    if code := methods.conflict_of(applicant.account, "email", registration, but=[changes] if changes else []):
        raise ProblemError(code)
    asked = to_register(identifier, "email", registration, method_id)
    return by_code(asked, applicant, target, "email", desk)


async def request_email(visit: Visit, typed: str, form_token: str, desk: Desk) -> Visit:
    """Ask for a code by mail. The same address, while its code still lives, sends nothing; another one ends the earlier
    challenge.

    Raises:
        ProblemError: as `email_challenge`; `sessionEnded`, `rateLimited`.
    """
    rules.open_session(visit.account, visit.session.id, at=desk.clock.now())
    aim = visit.session.aim
    identifier = pressed(visit, f"{form_token} {parse_address(typed).address}")
    challenge = email_challenge(typed, visit.applicant, identifier, desk, changes=aim.changes if aim else None)
    return await ask(visit, challenge, "email.code", desk)
