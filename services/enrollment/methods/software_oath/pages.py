"""The steps of a different authenticator app: have it ready, scan, type a code, done."""

from typing import Final

from fastapi import Response

from services.enrollment.accounts.handlers import self_service
from services.enrollment.methods.base.pages import MethodPages, Step
from services.enrollment.methods.base.step_pages import back_of, last_step
from services.enrollment.methods.software_oath import handlers as software
from services.enrollment.methods.software_oath.views import SoftwareIntroView, SoftwareScanView
from services.enrollment.methods.software_oath.words import DONE
from services.enrollment.proofs.app_code.pages import app_code_view
from services.enrollment.proofs.app_code.words import app_code_problem
from services.enrollment.sessions.domain.steps import method_type_of
from services.enrollment.sessions.handlers import progress
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.forms import CodeForm, StepForm
from services.enrollment.web.judging import NOTHING, Feedback, judge_code
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import WIZARD
from services.kit.errors import NotFoundError


async def show_intro(page: PageRequest) -> Response:
    """Have an app ready; also looked at from the step of the proposed app."""
    is_here = method_type_of(page.principal.session.step) == "softwareOath"
    view = SoftwareIntroView(
        frame=frame(page, "softwareOath"),
        back=back_of(page.principal, "softwareOath") if is_here else WIZARD,
        different_method=progress.may_choose(page.principal, page.deps),
    )
    return html(page.principal, view)


async def act_on_intro(page: PageRequest, _: StepForm) -> Response:
    """To the QR code, instead of the proposed app if need be."""
    principal = page.principal
    if method_type_of(principal.session.step) != "softwareOath":
        principal = await _instead(page)
    await software.show_secret(principal, page.deps)
    return to_current_step(page)


async def show_scan(page: PageRequest) -> Response:
    """The QR code; a refresh shows the same one."""
    draft, account = page.principal.session.draft, page.principal.account
    if draft is None:
        raise NotFoundError
    view = SoftwareScanView(
        frame=frame(page, "softwareOath.scan"),
        qr_src=f"{WIZARD}/qr/software.svg?code={draft.method_id}",
        secret=software.secret_of(draft, page.principal.claimant, page.deps),
        account=account.profile.user_principal_name,
        issuer=page.deps.config.tenant(account.tenant).display_name,
        open_here_href=await scanned(page),
        back=f"{WIZARD}?step=softwareOath",
    )
    return html(page.principal, view)


async def act_on_scan(page: PageRequest, _: StepForm) -> Response:
    """On to the code that the app shows."""
    await software.ask_code(page.principal, page.deps)
    return to_current_step(page)


async def show_code(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """The code that the app shows now."""
    view = await app_code_view(page, "softwareOath.code", feedback, device=None, back="softwareOath.scan")
    return html(page.principal, view, feedback.status)


async def act_on_code(page: PageRequest, form: CodeForm) -> Response:
    """Judge a code, or ask for another one."""
    if form.action == "again":
        await software.ask_code(page.principal, page.deps)
        return to_current_step(page)
    return await judge_code(page, form, show_code, app_code_problem)


async def scanned(page: PageRequest) -> str:
    """What the QR code says. Raises `notFound`."""
    draft = page.principal.session.draft
    if draft is None:
        raise NotFoundError
    return software.uri_of(draft, page.principal.claimant, page.deps)


async def _instead(page: PageRequest) -> Principal:
    """Leave the proposed app for this one."""
    if page.principal.session.intent == "manage":
        return await self_service.add(page.principal, "softwareOath", None, page.deps)
    return await progress.set_up_instead(page.principal, "softwareOath", page.deps)


PAGES: Final = MethodPages(
    type="softwareOath",
    steps={
        "softwareOath": Step(show_intro, act_on_intro, StepForm),
        "softwareOath.scan": Step(show_scan, act_on_scan, StepForm),
        "softwareOath.code": Step(show_code, act_on_code, CodeForm),
        **last_step("softwareOath", DONE),
    },
    pictures={"software": scanned},
)
