"""A method comes back, after the proof of another one."""

from dataclasses import replace

from services.enrollment.accounts.domain import suspension
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.handlers.self_service import in_session
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.needs import CanChangeSessions, CanProve
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.handlers.step_up import askable, begin
from services.enrollment.sessions.principal import Principal
from services.kit.decision import Change
from services.kit.errors import ReauthenticationRequiredError


async def restore(principal: Principal, method_id: str, deps: CanProve) -> Principal:
    """After the proof of another method, which is asked for here where there was none; then the method comes back with
    it. Raises what `suspension.restore` does, and `reauthenticationRequired` where no other method can be proven."""
    now = deps.clock.now()

    def come_back(account: Account) -> Change[Account]:
        session = account.session(principal.session.id)
        if session is None or not suspension.vouches_for(account, session, method_id):
            raise ReauthenticationRequiredError("Prove another method first.")
        return suspension.restore(account, method_id, "person", at=now, session_id=session.id)

    if suspension.vouches_for(principal.account, principal.session, method_id):
        return await in_session(principal, come_back, deps)
    suspension.restore(principal.account, method_id, "person", at=now)
    wanted = steps.ask_for_proof(principal.session, then="manage", restoring=method_id)
    if not askable(replace(principal, session=wanted), deps):
        raise ReauthenticationRequiredError("Prove another method first.")
    waits = await move_session(
        principal, lambda session: steps.ask_for_proof(session, then="manage", restoring=method_id), deps
    )
    return await begin(waits, deps)


async def leave_restoring(principal: Principal, deps: CanChangeSessions) -> Principal:
    """Back to the list, with nothing proven and nothing brought back."""
    await cancel_challenge(principal.session.requested, "cancelled", deps)
    return await move_session(principal, steps.leave_restoring, deps)
