"""The steps of an email address: the address, the code, and what it is for."""

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.email import handlers as emails
from services.enrollment.methods.phone.pages import require_challenge, resend
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import EmailView, FieldError
from services.enrollment.web.request import Here, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import Filled, back_of
from services.enrollment.web.wording import address_problem, code_problem
from services.kit.errors import ProblemError
from services.kit.ids import new_token


async def show_address(here: Here, filled: Filled | None = None, status: int = 200) -> Response:
    """The address."""
    given = filled or Filled()
    view = EmailView(
        frame=frame(here, "email"),
        address=given.number or "",
        form_token=new_token(128),
        error=given.error,
        back=back_of(here.visit, "email"),
        different_method=may_choose(here.visit, here.desk),
    )
    return html(here.visit, view, status)


async def address_typed(here: Here, form: WizardForm) -> Response:
    """Ask for a code."""
    try:
        await emails.request_email(here.visit, form.address, form.form_key, here.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        filled = Filled(error=FieldError("address", address_problem(problem)), number=form.address)
        return await show_address(here, filled, problem.status)
    return to_wizard(here)


async def show_code(here: Here, filled: Filled | None = None, status: int = 200) -> Response:
    """The code, and what became of the mail."""
    given = filled or Filled()
    challenge = await require_challenge(here)
    view = challenge_views.code_view(frame(here, "email.code", given.notice), challenge, given, here.desk)
    return html(here.visit, view, status)


async def act_on_code(here: Here, form: WizardForm) -> Response:
    """Judge a code, or send the mail once more."""
    if form.action == "resend":
        return await resend(here, show_code)
    return await judge_typed(here, form, _code_again)


async def show_verified(here: Here) -> Response:
    """What the address is for."""
    return html(here.visit, views.verified_view(frame(here, "email.verified"), here.visit, "email"))


async def _code_again(here: Here, challenge: Challenge, code: str, status: int) -> Response:
    return await show_code(here, Filled(error=FieldError("code", code_problem(code, challenge))), status)
