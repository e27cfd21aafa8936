"""The steps of an email address: the address, the code, and what it is for."""

from dataclasses import replace
from typing import Final

from fastapi import Response
from pydantic import Field

from services.enrollment.methods.base.pages import MethodPages, Step
from services.enrollment.methods.base.step_pages import back_of, changed_from, last_step
from services.enrollment.methods.email import handlers as emails
from services.enrollment.methods.email.domain import is_at
from services.enrollment.methods.email.views import EmailView
from services.enrollment.methods.email.words import ANOTHER_ADDRESS, DONE, address_problem
from services.enrollment.proofs.sent_code.pages import code_view, resend, send_anew
from services.enrollment.proofs.sent_code.words import code_problem
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.forms import CodeForm, StepForm
from services.enrollment.web.judging import NOTHING, Feedback, judge_code, require_challenge
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import WIZARD, FieldError
from services.kit.errors import ProblemError, SessionEndedError
from services.kit.ids import new_token


class AddressForm(StepForm):
    """An address. `formToken` names one press of "Next"."""

    address: str = Field("", max_length=320)
    press: str = Field("", max_length=256, alias="formToken")
    confirmed: str = Field("", max_length=320)


async def show_address(
    page: PageRequest,
    address: str = "",
    error: FieldError | None = None,
    status: int = 200,
    *,
    confirming: bool = False,
) -> Response:
    """The address."""
    view = EmailView(
        frame=frame(page, "email"),
        address=address,
        form_token=new_token(128),
        error=error,
        back=back_of(page.principal, "email"),
        different_method=may_choose(page.principal, page.deps),
        changing=changed_from(page.principal),
        confirming=confirming,
    )
    return html(page.principal, view, status)


async def address_typed(page: PageRequest, form: AddressForm) -> Response:
    """Ask for a code; where the address looks like one at work, whether it is meant."""
    at_work = is_at(form.address, page.principal.account.profile.user_principal_name)
    if at_work and form.confirmed.strip() != form.address.strip():
        return await show_address(page, form.address, status=422, confirming=True)
    try:
        await emails.request_email(page.principal, form.address, form.press, page.deps)
    except SessionEndedError:
        raise
    except ProblemError as problem:
        error = FieldError("address", address_problem(problem))
        return await show_address(page, form.address, error, problem.status)
    return to_current_step(page)


async def show_code(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """The code, and what became of the mail."""
    challenge, shown = await require_challenge(page), frame(page, "email.code", feedback.notice)
    view = code_view(shown, challenge, feedback, page.deps.clock.now(), step="email.code")
    back = f"{WIZARD}?step=email"
    different_method = may_choose(page.principal, page.deps)
    with_ways = replace(view, back=back, different=(ANOTHER_ADDRESS, back), different_method=different_method)
    return html(page.principal, with_ways, feedback.status)


async def act_on_code(page: PageRequest, form: CodeForm) -> Response:
    """Judge a code, or send the mail once more."""
    if form.action == "resend":
        return await resend(page, show_code)
    if form.action == "again":
        return await send_anew(page, emails.request_again(page.principal, page.deps), show_code, address_problem)
    return await judge_code(page, form, show_code, code_problem)


PAGES: Final = MethodPages(
    type="email",
    steps={
        "email": Step(show_address, address_typed, AddressForm),
        "email.code": Step(show_code, act_on_code, CodeForm),
        **last_step("email", DONE),
    },
)
