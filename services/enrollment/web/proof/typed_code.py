"""What becomes of a code that a person typed, whichever step asked for it."""

from collections.abc import Awaitable, Callable

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers import submitting as proofs
from services.enrollment.sessions.handlers.desk import current_challenge
from services.enrollment.web.request import Here, WizardForm, to_wizard
from services.kit.errors import CATALOGUE, ProblemError

Again = Callable[[Here, Challenge, str, int], Awaitable[Response]]
"""Shows the step once more, with the code of what is wrong and the HTTP status."""


async def judge_typed(here: Here, form: WizardForm, again: Again) -> Response:
    """Have the code judged: on where it is right or not judged yet, else the step once more."""
    try:
        challenge, result = await proofs.submit_code(
            here.visit, form.challenge, form.code.get_secret_value(), here.desk
        )
    except ProblemError as problem:
        before = await current_challenge(here.visit, here.desk)
        if before is None:
            raise
        if before.status == "verified":
            return to_wizard(here)
        return await again(here, before, problem.code, problem.status)
    if result in {None, "verified"} or challenge.status == "verified":
        return to_wizard(here)
    return await again(here, challenge, result or "", CATALOGUE[result or "codeIncorrect"].status)
