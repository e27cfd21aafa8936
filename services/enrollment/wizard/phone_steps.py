"""The steps of a phone: the number, the code, and what it is for."""

from fastapi import Response

from services.enrollment.domain.challenge import Challenge
from services.enrollment.handlers import phones, proofs
from services.enrollment.handlers.desk import current_challenge
from services.enrollment.wizard import views
from services.enrollment.wizard.countries import NAMES, in_a_sentence
from services.enrollment.wizard.here import Here, WizardForm, frame, html, to_wizard
from services.enrollment.wizard.rendering import FieldError
from services.enrollment.wizard.typed_code import judge_typed
from services.enrollment.wizard.views import Filled
from services.enrollment.wizard.wording import code_problem, number_problem, resend_problem
from services.kit.errors import ProblemError


async def show_number(here: Here, filled: Filled | None = None, status: int = 200) -> Response:
    """Step 7: the number."""
    challenge = await current_challenge(here.visit, here.desk)
    view = views.phone_view(frame(here, "phone"), here.visit, challenge, filled or Filled(), here.desk)
    return html(here.visit, view, status)


async def show_code(here: Here, filled: Filled | None = None, status: int = 200) -> Response:
    """Step 8: the code, and what became of the message."""
    given = filled or Filled()
    challenge = await current_challenge(here.visit, here.desk)
    if challenge is None:
        raise ProblemError("notFound")
    view = views.code_view(frame(here, "phone.code", given.notice), challenge, given, here.desk)
    return html(here.visit, view, status)


async def show_verified(here: Here) -> Response:
    """Step 9: what the phone is for."""
    return html(here.visit, views.verified_view(frame(here, "phone.verified"), here.visit, "phone"))


async def number_typed(here: Here, form: WizardForm) -> Response:
    """Ask for a code."""
    region = form.region if form.region in NAMES else "ZZ"
    try:
        await phones.request_phone(here.visit, region, form.number, form.form_key, here.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        error = FieldError("number", number_problem(problem, in_a_sentence(region)))
        filled = Filled(error=error, region=form.region, number=form.number)
        return await show_number(here, filled, problem.status)
    return to_wizard()


async def act_on_code(here: Here, form: WizardForm) -> Response:
    """Judge a code, or send the message once more."""
    if form.action == "resend":
        return await _resend(here)
    return await judge_typed(here, form, _code_again)


async def _code_again(here: Here, challenge: Challenge, code: str, status: int) -> Response:
    filled = Filled(error=FieldError("code", code_problem(code, challenge)))
    return await show_code(here, filled, status)


async def _resend(here: Here) -> Response:
    try:
        await proofs.resend(here.visit, here.desk)
    except ProblemError as problem:
        challenge = await current_challenge(here.visit, here.desk)
        if challenge is None:
            raise
        filled = Filled(notice=resend_problem(problem, challenge))
        return await show_code(here, filled, problem.status)
    return to_wizard()
