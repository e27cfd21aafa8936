"""Back to the platform, with the signed outcome."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import Response
from fastapi.responses import RedirectResponse

from services.enrollment.domain.account import Outcome
from services.enrollment.handlers.interrupts import outcome_of
from services.enrollment.wizard.here import SEE_OTHER, Here
from services.kit.errors import ProblemError


async def back_to_platform(here: Here) -> Response:
    """To the return address, with `state` and the signed `result` in its query.

    Raises:
        ProblemError: `sessionEnded` where the interrupt is gone.
    """
    parts, session = here.parts, here.visit.session
    stored = await here.desk.store.interrupts.get(session.id)
    if stored is None:
        raise ProblemError("sessionEnded")
    interrupt = stored.state
    outcome: Outcome = session.outcome or "expired"
    current = await outcome_of(interrupt, store=here.desk.store, now=parts.clock.now())
    query = {"state": interrupt.caller_state or "", "result": parts.signer.result(interrupt, outcome, current.methods)}
    target = urlsplit(interrupt.return_url)
    joined = "&".join(filter(None, (target.query, urlencode(query))))
    return RedirectResponse(urlunsplit(target._replace(query=joined)), SEE_OTHER)
