"""What the steps of all methods are made of: the way back, "Next", and the end."""

from fastapi import Response

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account
from services.enrollment.i18n import sentences
from services.enrollment.methods.base.pages import Show, Step, StepPage
from services.enrollment.methods.base.views import DoneView
from services.enrollment.methods.base.words import Done
from services.enrollment.sessions.domain.steps import EARLIER
from services.enrollment.sessions.handlers import progress
from services.enrollment.sessions.handlers.asking import being_kept
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.forms import StepForm
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import MANAGE, WIZARD


def reading(show: Show) -> Step[StepForm]:
    return Step(show, go_on, StepForm)


async def go_on(page: PageRequest, form: StepForm) -> Response:
    """ "Next" of a step that asks for nothing."""
    await progress.go_on(page.principal, form.step, page.deps)
    return to_current_step(page)


def back_of(principal: Principal, step: str) -> str | None:
    """Where "Back" leads from the first step of a method: to the prompt, or to "My security info"."""
    if principal.session.intent == "manage":
        return MANAGE
    return f"{WIZARD}?step=prompt" if "prompt" in EARLIER.get(step, ()) and not principal.session.registered else None


def changed_from(principal: Principal) -> str | None:
    """The number or address that another one shall take the place of, masked; None where one is added."""
    change = principal.session.requested_change
    method = principal.account.method(change.changes) if change and change.changes else None
    return method.display_name if method else None


async def kept_at(page: PageRequest, method_type: MethodType) -> str | None:
    """Where to follow what becomes of codes or answers that were handed in; None where none are being kept."""
    challenge = await being_kept(page.principal, method_type, page.deps)
    return f"{page.site.events}?challenge={challenge.id}" if challenge else None


def last_step(method_type: MethodType, done: Done) -> dict[str, StepPage]:
    """The step that says that the method is set up, and what it is for."""

    async def show(page: PageRequest) -> Response:
        return html(page.principal, _done_view(page, method_type, done))

    return {f"{method_type}.verified": reading(show)}


def _done_view(page: PageRequest, method_type: MethodType, done: Done) -> DoneView:
    step, change = f"{method_type}.verified", page.principal.session.requested_change
    text = _of_use(page.principal.account, method_type, done)
    if done.changed and change and change.changes:
        text = done.changed
    if done.replaced and change and change.replaces:
        text = sentences(text, done.replaced)
    return DoneView(
        frame=frame(page, step),
        heading=done.heading,
        text=text,
        next_label=done.next_label,
        step=step,
    )


def _of_use(account: Account, method_type: MethodType, done: Done) -> str:
    """What the newest method of a type is for."""
    method = next((method for method in reversed(account.methods) if method.type == method_type), None)
    is_default = method is not None and method.id == account.default_method_id
    return done.as_default if is_default and done.as_default else done.text
