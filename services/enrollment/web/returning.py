"""Back to the platform, with the signed outcome."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import Response
from fastapi.responses import RedirectResponse

from services.enrollment.interrupts.handlers import outcome_of
from services.enrollment.sessions.domain.session import Outcome
from services.enrollment.sessions.handlers import verification
from services.enrollment.web.request import SEE_OTHER, PageRequest
from services.kit.errors import SessionEndedError


async def back_to_platform(page: PageRequest) -> Response:
    """To the return address, with `state` and the signed `result` in its query.

    Raises:
        ProblemError: `sessionEnded` where the interrupt is gone.
    """
    components, session = page.components, page.principal.session
    stored = await page.deps.interrupts.get(session.id)
    if stored is None:
        raise SessionEndedError
    interrupt = stored.state
    outcome: Outcome = session.outcome or "expired"
    current = await outcome_of(interrupt, store=page.deps, now=components.clock.now())
    query = {
        "state": interrupt.caller_state or "",
        "result": components.signer.result(interrupt, outcome, current.methods),
    }
    return returned(interrupt.return_url, query)


async def back_from_verification(page: PageRequest) -> Response:
    """To the return address, with the id of the challenge and what became of it in its query."""
    session = page.principal.session
    status = await verification.outcome_of(page.principal, page.deps)
    return returned(session.return_url, {"challengeId": session.id, "status": status})


def returned(return_url: str, query: Mapping[str, str]) -> Response:
    """To an address of the platform's, with more in its query."""
    target = urlsplit(return_url)
    joined = "&".join(filter(None, (target.query, urlencode(query))))
    return RedirectResponse(urlunsplit(target._replace(query=joined)), SEE_OTHER)
