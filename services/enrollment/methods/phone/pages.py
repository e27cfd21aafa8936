"""The steps of a phone: the number, the code or the call, and what it is for."""

from typing import Literal

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers import submitting as proofs
from services.enrollment.methods.phone import handlers as phones
from services.enrollment.methods.phone.countries import NAMES, in_a_sentence
from services.enrollment.methods.phone.handlers import TypedPhone
from services.enrollment.sessions.handlers.desk import current_challenge
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import FieldError
from services.enrollment.web.request import Here, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import Filled
from services.enrollment.web.wording import code_problem, number_problem, resend_problem
from services.kit.errors import ProblemError


async def show_number(here: Here, filled: Filled | None = None, status: int = 200) -> Response:
    """Step 7: the number, and how it is reached."""
    challenge = await current_challenge(here.visit, here.desk)
    view = views.phone_view(frame(here, "phone"), here.visit, challenge, filled or Filled(), here.desk)
    return html(here.visit, view, status)


async def show_code(here: Here, filled: Filled | None = None, status: int = 200) -> Response:
    """Step 8: the code, and what became of the message."""
    given = filled or Filled()
    challenge = await require_challenge(here)
    view = challenge_views.code_view(frame(here, "phone.code", given.notice), challenge, given, here.desk)
    return html(here.visit, view, status)


async def show_call(here: Here, filled: Filled | None = None, status: int = 200, *, unheard: bool = False) -> Response:
    """Step 8b: answer the call and press a key."""
    given = filled or Filled()
    challenge = await require_challenge(here)
    shown = frame(here, "phone.call", given.notice)
    view = challenge_views.call_view(shown, challenge, here.desk, unheard=unheard)
    return html(here.visit, view, 409 if unheard else status)


async def show_verified(here: Here) -> Response:
    """Step 9: what the phone is for."""
    return html(here.visit, views.verified_view(frame(here, "phone.verified"), here.visit, "phone"))


async def number_typed(here: Here, form: WizardForm) -> Response:
    """Ask for a code, or call."""
    region = form.region if form.region in NAMES else "ZZ"
    aim = here.visit.session.aim
    phone_type = (aim.phone_type if aim else None) or "mobile"
    delivery: Literal["sms", "voice"] = "voice" if form.delivery == "voice" or phone_type != "mobile" else "sms"
    typed = TypedPhone(region, form.number, phone_type, delivery, form.extension)
    try:
        await phones.request_phone(here.visit, typed, form.form_key, here.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        error = FieldError("number", number_problem(problem, in_a_sentence(region), delivery))
        filled = Filled(
            error=error, region=form.region, number=form.number, delivery=delivery, extension=form.extension
        )
        return await show_number(here, filled, problem.status)
    return to_wizard(here)


async def act_on_code(here: Here, form: WizardForm) -> Response:
    """Judge a code, send the message once more, or call instead."""
    match form.action:
        case "resend":
            return await resend(here, show_code)
        case "call":
            return await _otherwise(here, "voice", show_code)
        case "text":
            return await _otherwise(here, "sms", show_code)
    return await judge_typed(here, form, _code_again)


async def act_on_call(here: Here, form: WizardForm) -> Response:
    """Call once more, send a text instead, or find out whether the key was pressed."""
    match form.action:
        case "again":
            return await resend(here, show_call)
        case "text":
            return await _otherwise(here, "sms", show_call)
    challenge = await require_challenge(here)
    return to_wizard(here) if challenge.status == "verified" else await show_call(here, unheard=True)


async def resend(here: Here, show: challenge_views.Show) -> Response:
    """Send or call once more; where that is not possible, the page says why."""
    try:
        await proofs.resend(here.visit, here.desk)
    except ProblemError as problem:
        challenge = await require_challenge(here)
        return await show(here, Filled(notice=resend_problem(problem, challenge)), problem.status)
    return to_wizard(here)


async def require_challenge(here: Here) -> Challenge:
    """The challenge of the session.

    Raises:
        ProblemError: `notFound`.
    """
    challenge = await current_challenge(here.visit, here.desk)
    if challenge is None:
        raise ProblemError("notFound")
    return challenge


async def _code_again(here: Here, challenge: Challenge, code: str, status: int) -> Response:
    filled = Filled(error=FieldError("code", code_problem(code, challenge)))
    return await show_code(here, filled, status)


async def _otherwise(here: Here, delivery: Literal["sms", "voice"], show: challenge_views.Show) -> Response:
    try:
        await phones.reach_otherwise(here.visit, delivery, here.desk)
    except ProblemError as problem:
        if problem.code == "sessionEnded":
            raise
        return await show(here, Filled(notice=number_problem(problem, "", delivery)), problem.status)
    return to_wizard(here)
