"""The steps of the wizard that belong to no method, and all steps by name."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from fastapi import Response

from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.i18n import day_of_year, own_text
from services.enrollment.interrupts.domain import nudge
from services.enrollment.methods.base.pages import Step, StepPage
from services.enrollment.methods.base.step_pages import go_on
from services.enrollment.methods.registry import pages as methods
from services.enrollment.methods.registry.choices import to_set_up
from services.enrollment.methods.registry.rows import method_rows
from services.enrollment.methods.registry.words import WORDS, detail_of, name_of
from services.enrollment.sessions.handlers import progress
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.forms import ChoiceForm, StepForm
from services.enrollment.web.proof import pages as proof
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.returning import back_to_platform
from services.enrollment.web.views import WIZARD, ChooseView, FieldError
from services.enrollment.web.wizard.views import ConfirmView, MethodLine, PromptView, SkipOffer, SuccessView
from services.enrollment.web.words import BACKUP, CHOOSE_ONE, DEFAULT


async def show_prompt(page: PageRequest) -> Response:
    """Why the person was stopped, and how far it can be put off."""
    account, session, policy = page.principal.account, page.principal.session, page.deps.policy(page.principal.account)
    reason = own_text(page.deps.config.tenant(account.tenant).texts.prompt)
    given = nudge.skips_of(account, session, policy, at=page.deps.clock.now())
    skip = None
    if given and given.left:
        skip = SkipOffer(given.left, given.of, day_of_year(given.required_on))
    was_asked_before = policy.skip is not None and account.put_off is not None and not session.registered
    view = PromptView(frame=frame(page, "prompt"), skip=skip, used_up=was_asked_before and skip is None, reason=reason)
    return html(page.principal, view)


async def act_on_prompt(page: PageRequest, form: StepForm) -> Response:
    """On, or put it off."""
    if form.action != "skip":
        return await go_on(page, form)
    return await _back_once_ended(page, await progress.skip(page.principal, page.deps))


async def show_confirm(page: PageRequest) -> Response:
    """Are these still right?"""
    usable = tuple(row for row in method_rows(page.principal.account) if row.state == "active")
    return html(page.principal, ConfirmView(frame(page, "confirm"), usable))


async def act_on_confirm(page: PageRequest, form: StepForm) -> Response:
    """All is right, or something is to be changed."""
    if form.action == "change":
        await progress.change_something(page.principal, page.deps)
        return to_current_step(page)
    return await _back_once_ended(page, await progress.confirm(page.principal, page.deps))


async def show_choice(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """What policy still allows, each with a sentence."""
    view = ChooseView(
        frame=frame(page, "choose"),
        choices=to_set_up((one, None) for one in progress.alternatives(page.principal, page.deps)),
        back=WIZARD,
        error=error,
    )
    return html(page.principal, view, status)


async def chosen(page: PageRequest, form: ChoiceForm) -> Response:
    """Set up another method than the one proposed."""
    alternatives = progress.alternatives(page.principal, page.deps)
    found = next((method_type for method_type in alternatives if method_type == form.method), None)
    if found is None:
        return await show_choice(page, FieldError("method", CHOOSE_ONE), 422)
    await progress.set_up_instead(page.principal, found, page.deps)
    return to_current_step(page)


async def show_success(page: PageRequest) -> Response:
    """All that is set up, the default first."""
    account = page.principal.account
    active = [method for method in account.methods if method.state == "active"]
    ordered = sorted(active, key=lambda method: method.id != account.default_method_id)
    shown = replace(frame(page, "success"), leave=False)
    view = SuccessView(frame=shown, methods=tuple(_line(method, account) for method in ordered))
    return html(page.principal, view)


async def act_on_success(page: PageRequest, _: StepForm) -> Response:
    return await back_to_platform(page)


def _line(method: Method, account: Account) -> MethodLine:
    return MethodLine(
        type=method.type,
        label=name_of(method).label,
        detail=method.name or detail_of(method),
        role=DEFAULT if method.id == account.default_method_id else BACKUP,
        guide=WORDS[method.type].guide,
    )


async def _back_once_ended(page: PageRequest, principal: Principal) -> Response:
    """A form that was overtaken ends nothing and shows where the session is."""
    return (
        await back_to_platform(replace(page, principal=principal))
        if principal.session.outcome
        else to_current_step(page)
    )


STEPS: Final[Mapping[str, StepPage]] = MappingProxyType(
    {
        "prompt": Step(show_prompt, act_on_prompt, StepForm),
        "confirm": Step(show_confirm, act_on_confirm, StepForm),
        **methods.STEPS,
        "choose": Step(show_choice, chosen, ChoiceForm),
        **proof.STEPS,
        "success": Step(show_success, act_on_success, StepForm),
    }
)
"""All steps by name."""
