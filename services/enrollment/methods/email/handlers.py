"""Registering an email address, or another one instead: by a code in a mail."""

from services.enrollment.accounts.domain import conflicts
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.asking import Target, by_code, to_register
from services.enrollment.dependencies import Claimant, Dependencies, Principal, ask, pressed
from services.enrollment.methods.email.domain import parse_address
from services.enrollment.policies.domain.policy import is_allowed, may_be_added
from services.enrollment.sessions.domain import lifecycle as rules
from services.kit.errors import MethodNotAllowedByPolicyError
from services.kit.ids import new_id


def email_challenge(
    typed: str, claimant: Claimant, identifier: str, deps: Dependencies, *, changes: str | None = None
) -> Challenge:
    """The challenge by which an address is proven; `changes` is the method whose address it is to be.

    Raises:
        ProblemError: `emailInvalid`, `methodNotAllowedByPolicy`, `methodAlreadyRegistered`, `methodLimitReached`.
    """
    address = parse_address(typed)
    policy, account = deps.policy(claimant.account), claimant.account
    is_taken = is_allowed(policy, "email") if changes else may_be_added(policy, "email", account.active_types)
    if not is_taken:
        raise MethodNotAllowedByPolicyError
    target = Target.of(address.address, address.masked, account.tenant, deps)
    method_id = changes or new_id()
    registration = Registration(
        display_name=target.masked,
        destination=target.sealed(claimant.binding(method_id), deps.sealer),
        destination_hash=target.digest,
        changes=changes,
    )
    if problem := conflicts.conflict_of(claimant.account, "email", registration, but=[changes] if changes else []):
        raise problem
    asked = to_register(identifier, "email", registration, method_id)
    return by_code(asked, claimant, target, "email", deps)


async def request_email(principal: Principal, typed: str, form_token: str, deps: Dependencies) -> Principal:
    """Ask for a code by mail. The same address, while its code still lives, sends nothing; another one ends the earlier
    challenge.

    Raises:
        ProblemError: as `email_challenge`; `sessionEnded`, `rateLimited`.
    """
    rules.open_session(principal.account, principal.session.id, at=deps.clock.now())
    change = principal.session.requested_change
    identifier = pressed(principal, f"{form_token} {parse_address(typed).address}")
    challenge = email_challenge(typed, principal.claimant, identifier, deps, changes=change.changes if change else None)
    return await ask(principal, challenge, "email.code", deps)
