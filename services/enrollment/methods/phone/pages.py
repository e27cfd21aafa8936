"""The steps of a phone: the number, the code or the call, and what it is for."""

from typing import Literal

from fastapi import Response

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.phone import handlers as phones
from services.enrollment.methods.phone.countries import NAMES, in_a_sentence
from services.enrollment.methods.phone.handlers import TypedPhone
from services.enrollment.proofs.sent_code.handlers import resend_code
from services.enrollment.sessions.handlers.asking import current_challenge
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import FieldError
from services.enrollment.web.request import PageRequest, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import Filled
from services.enrollment.web.wording import code_problem, number_problem, resend_problem
from services.kit.errors import NotFoundError, ProblemError, SessionEndedError


async def show_number(page: PageRequest, filled: Filled | None = None, status: int = 200) -> Response:
    """Step 7: the number, and how it is reached."""
    challenge = await current_challenge(page.principal, page.deps)
    view = views.phone_view(frame(page, "phone"), page.principal, challenge, filled or Filled(), page.deps)
    return html(page.principal, view, status)


async def show_code(page: PageRequest, filled: Filled | None = None, status: int = 200) -> Response:
    """Step 8: the code, and what became of the message."""
    given = filled or Filled()
    challenge = await require_challenge(page)
    view = challenge_views.code_view(frame(page, "phone.code", given.notice), challenge, given, page.deps)
    return html(page.principal, view, status)


async def show_call(
    page: PageRequest, filled: Filled | None = None, status: int = 200, *, unheard: bool = False
) -> Response:
    """Step 8b: answer the call and press a key."""
    given = filled or Filled()
    challenge = await require_challenge(page)
    shown = frame(page, "phone.call", given.notice)
    view = challenge_views.call_view(shown, challenge, page.deps, unheard=unheard)
    return html(page.principal, view, 409 if unheard else status)


async def show_verified(page: PageRequest) -> Response:
    """Step 9: what the phone is for."""
    return html(page.principal, views.verified_view(frame(page, "phone.verified"), page.principal, "phone"))


async def number_typed(page: PageRequest, form: WizardForm) -> Response:
    """Ask for a code, or call."""
    region = form.region if form.region in NAMES else "ZZ"
    change = page.principal.session.requested_change
    phone_type = (change.phone_type if change else None) or "mobile"
    delivery: Literal["sms", "voice"] = "voice" if form.delivery == "voice" or phone_type != "mobile" else "sms"
    typed = TypedPhone(region, form.number, phone_type, delivery, form.extension)
    try:
        await phones.request_phone(page.principal, typed, form.form_key, page.deps)
    except ProblemError as problem:
        if isinstance(problem, SessionEndedError):
            raise
        error = FieldError("number", number_problem(problem, in_a_sentence(region), delivery))
        filled = Filled(
            error=error, region=form.region, number=form.number, delivery=delivery, extension=form.extension
        )
        return await show_number(page, filled, problem.status)
    return to_wizard(page)


async def act_on_code(page: PageRequest, form: WizardForm) -> Response:
    """Judge a code, send the message once more, or call instead."""
    match form.action:
        case "resend":
            return await resend(page, show_code)
        case "call":
            return await _otherwise(page, "voice", show_code)
        case "text":
            return await _otherwise(page, "sms", show_code)
    return await judge_typed(page, form, _code_again)


async def act_on_call(page: PageRequest, form: WizardForm) -> Response:
    """Call once more, send a text instead, or find out whether the key was pressed."""
    match form.action:
        case "again":
            return await resend(page, show_call)
        case "text":
            return await _otherwise(page, "sms", show_call)
    challenge = await require_challenge(page)
    return to_wizard(page) if challenge.status == "verified" else await show_call(page, unheard=True)


async def resend(page: PageRequest, show: challenge_views.Show) -> Response:
    """Send or call once more; where that is not possible, the page says why."""
    try:
        await resend_code(page.principal, page.deps)
    except ProblemError as problem:
        challenge = await require_challenge(page)
        return await show(page, Filled(notice=resend_problem(problem, challenge)), problem.status)
    return to_wizard(page)


async def require_challenge(page: PageRequest) -> Challenge:
    """The challenge of the session.

    Raises:
        ProblemError: `notFound`.
    """
    challenge = await current_challenge(page.principal, page.deps)
    if challenge is None:
        raise NotFoundError
    return challenge


async def _code_again(page: PageRequest, challenge: Challenge, code: str, status: int) -> Response:
    filled = Filled(error=FieldError("code", code_problem(code, challenge)))
    return await show_code(page, filled, status)


async def _otherwise(page: PageRequest, delivery: Literal["sms", "voice"], show: challenge_views.Show) -> Response:
    try:
        await phones.reach_otherwise(page.principal, delivery, page.deps)
    except ProblemError as problem:
        if isinstance(problem, SessionEndedError):
            raise
        return await show(page, Filled(notice=number_problem(problem, "", delivery)), problem.status)
    return to_wizard(page)
