"""A proof that was sent by a form: what the verifier says of it, and the page again with what is wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verdict import Verdict, Wrong
from services.enrollment.challenges.handlers.submitting import submit_code
from services.enrollment.challenges.handlers.verdicts import suspicious_reported
from services.enrollment.sessions.handlers.asking import current_challenge
from services.enrollment.web.forms import CodeForm
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import FieldError, ReportView
from services.enrollment.web.words import REPORT
from services.kit.errors import NotFoundError, ProblemError, SessionEndedError


@dataclass(frozen=True)
class Feedback:
    """What a page says when it is shown again. `unheard`: "Next" came before what the page waits for."""

    error: FieldError | None = None
    notice: str | None = None
    unheard: bool = False
    status: int = 200


NOTHING: Final = Feedback()
UNHEARD: Final = Feedback(unheard=True, status=409)

ShowAgain = Callable[[PageRequest, Feedback], Awaitable[Response]]
"""Shows a page that waits for a proof, perhaps once more."""

Explain = Callable[[type[ProblemError], Challenge], str]
"""Why a proof was not accepted."""

Judging = Awaitable[tuple[Challenge, Verdict]]
"""A proof is handed in, and the verdict comes."""


async def require_challenge(page: PageRequest) -> Challenge:
    """The challenge of the session. Raises `notFound`."""
    challenge = await current_challenge(page.principal, page.deps)
    if challenge is None:
        raise NotFoundError
    return challenge


async def judge(page: PageRequest, judging: Judging, show: ShowAgain, explain: Explain, *, field: str) -> Response:
    """On where the proof is right or not judged yet, else the page once more with the reason beside `field`."""
    challenge, problem = await _answered(page, judging)
    if problem is None or challenge.status == "verified":
        return to_current_step(page)
    error = FieldError(field, explain(problem, challenge))
    return await show(page, Feedback(error=error, status=problem.status))


async def _answered(page: PageRequest, judging: Judging) -> tuple[Challenge, type[ProblemError] | None]:
    """The challenge, and what is wrong with the proof if anything is."""
    try:
        challenge, verdict = await judging
    except SessionEndedError:
        raise
    except ProblemError as problem:
        current = await current_challenge(page.principal, page.deps)
        if current is None:
            raise
        return current, type(problem)
    return challenge, verdict.problem if isinstance(verdict, Wrong) else None


async def judge_code(page: PageRequest, form: CodeForm, show: ShowAgain, explain: Explain) -> Response:
    """Have a typed code judged."""
    judging = submit_code(page.principal, form.challenge, form.code, page.deps)
    return await judge(page, judging, show, explain, field="code")


async def heard(page: PageRequest, challenge: Challenge, show: ShowAgain) -> Response:
    return to_current_step(page) if challenge.status == "verified" else await show(page, UNHEARD)


def ask_report(page: PageRequest, challenge: Challenge, step: str) -> Response:
    """Whether the person means to report the request."""
    return html(page.principal, ReportView(frame(page, step, title=REPORT), challenge.id, step))


async def report(page: PageRequest, challenge: Challenge) -> Response:
    """The person says that nobody asked for the request."""
    await suspicious_reported(challenge, store=page.deps, clock=page.deps.clock)
    return to_current_step(page)
