"""The steps of an email address: the address, the code, and what it is for."""

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.email import handlers as emails
from services.enrollment.methods.phone.pages import require_challenge, resend
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import EmailView, FieldError
from services.enrollment.web.request import PageRequest, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import Filled, back_of
from services.enrollment.web.wording import address_problem, code_problem
from services.kit.errors import ProblemError, SessionEndedError
from services.kit.ids import new_token


async def show_address(page: PageRequest, filled: Filled | None = None, status: int = 200) -> Response:
    """The address."""
    given = filled or Filled()
    view = EmailView(
        frame=frame(page, "email"),
        address=given.number or "",
        form_token=new_token(128),
        error=given.error,
        back=back_of(page.principal, "email"),
        different_method=may_choose(page.principal, page.deps),
    )
    return html(page.principal, view, status)


async def address_typed(page: PageRequest, form: WizardForm) -> Response:
    """Ask for a code."""
    try:
        await emails.request_email(page.principal, form.address, form.form_key, page.deps)
    except ProblemError as problem:
        if isinstance(problem, SessionEndedError):
            raise
        filled = Filled(error=FieldError("address", address_problem(problem)), number=form.address)
        return await show_address(page, filled, problem.status)
    return to_wizard(page)


async def show_code(page: PageRequest, filled: Filled | None = None, status: int = 200) -> Response:
    """The code, and what became of the mail."""
    given = filled or Filled()
    challenge = await require_challenge(page)
    view = challenge_views.code_view(frame(page, "email.code", given.notice), challenge, given, page.deps)
    return html(page.principal, view, status)


async def act_on_code(page: PageRequest, form: WizardForm) -> Response:
    """Judge a code, or send the mail once more."""
    if form.action == "resend":
        return await resend(page, show_code)
    return await judge_typed(page, form, _code_again)


async def show_verified(page: PageRequest) -> Response:
    """What the address is for."""
    return html(page.principal, views.verified_view(frame(page, "email.verified"), page.principal, "email"))


async def _code_again(page: PageRequest, challenge: Challenge, code: str, status: int) -> Response:
    return await show_code(page, Filled(error=FieldError("code", code_problem(code, challenge))), status)
