"""Who may open a page of Operations: a session that the platform asked for with the scope that the page needs, and only
after a proof."""

from typing import Final

from fastapi import Response

from services.enrollment.sessions.domain.administration import admission
from services.enrollment.sessions.domain.session import Right
from services.enrollment.sessions.handlers.step_up import require_proof
from services.enrollment.web.operations.views import OperationsClosedView
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import OPERATIONS, WIZARD, MessageView

FORBIDDEN: Final = (
    "This page is for administrators",
    "You are signed in, but not as an administrator. Nothing was changed.",
)
NO_RIGHT: Final = (
    "This page is for others in Operations",
    "You are signed in to Operations, but not for this page. Nothing was changed.",
)


def misplaced(page: PageRequest, right: Right | None) -> Response | None:
    """What somebody gets whose session does not open this page, or who is somewhere else at the moment. Without a
    `right` any of Operations will do."""
    session = page.principal.session
    if session.decision != "administer":
        return _refused(page, FORBIDDEN, ("Go on where you were", WIZARD))
    if session.intent != "administer" or session.step.startswith("prove"):
        return to_current_step(page)
    if right is not None and right not in session.rights:
        return _refused(page, NO_RIGHT, ("Back to Operations", OPERATIONS))
    return None


async def elsewhere(page: PageRequest, right: Right | None) -> Response | None:
    """The same, and what somebody gets who has not proven that it is them."""
    if (away := misplaced(page, right)) is not None:
        return away
    account, session = page.principal.account, page.principal.session
    match admission(account, session, page.deps.policy(account), page.components.clock.now()):
        case "prove":
            await require_proof(page.principal, session.step, page.deps)
            return to_current_step(page)
        case "setUp":
            closed = OperationsClosedView(frame(page, "operations", title="Set up a method first"))
            return html(page.principal, closed, 403)
    return None


def _refused(page: PageRequest, said: tuple[str, str], action: tuple[str, str]) -> Response:
    heading, text = said
    return html(page.principal, MessageView(frame(page, None, title=heading), heading, text, action=action), 403)
