"""Sessions that somebody else ended: what they ask for ends with them."""

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import known_as
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.needs import CanEndChallenges


async def end_what_was_asked(account: Account, deps: CanEndChallenges) -> None:
    """A request on the person's phone is not approved for whoever was in the session, and a platform hears that its
    verification is over. Safe to repeat."""
    now = deps.clock.now()
    cancelled = [session for session in account.sessions if session.outcome == "cancelled"]
    for session in cancelled:
        if session.verifying:
            await deps.challenges.change(session.id, lambda state: transitions.close(state, at=now))
    names = {session.id for session in cancelled}
    for stored in await deps.challenges.pending(account.tenant, account.user):
        if (stored.state.session_id or known_as(stored.state)) in names:
            await cancel_challenge(stored.state, "cancelled", deps)
