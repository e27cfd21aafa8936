"""What becomes of a code that a person typed, whichever step asked for it."""

from collections.abc import Awaitable, Callable

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verdict import Wrong
from services.enrollment.challenges.handlers import submitting as proofs
from services.enrollment.sessions.handlers.asking import current_challenge
from services.enrollment.web.request import PageRequest, WizardForm, to_wizard
from services.kit.errors import ProblemError

Again = Callable[[PageRequest, Challenge, str, int], Awaitable[Response]]
"""Shows the step once more, with the code of what is wrong and the HTTP status."""


async def judge_typed(page: PageRequest, form: WizardForm, again: Again) -> Response:
    """Have the code judged: on where it is right or not judged yet, else the step once more."""
    try:
        challenge, verdict = await proofs.submit_code(page.principal, form.challenge, form.code, page.deps)
    except ProblemError as problem:
        before = await current_challenge(page.principal, page.deps)
        if before is None:
            raise
        if before.status == "verified":
            return to_wizard(page)
        return await again(page, before, problem.code, problem.status)
    if not isinstance(verdict, Wrong) or challenge.status == "verified":
        return to_wizard(page)
    return await again(page, challenge, verdict.reason, verdict.problem.status)
