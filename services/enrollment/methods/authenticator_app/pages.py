"""The steps of the authenticator app: get it, add the account, scan, try it out, approved."""

from dataclasses import replace
from typing import Final

from fastapi import Response

from services.enrollment.accounts.handlers import self_service
from services.enrollment.devices.domain import Activation
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.authenticator_app.activation import ActivationCode, code_of
from services.enrollment.methods.authenticator_app.approval_pages import act_on_try, required_activation, show_try
from services.enrollment.methods.authenticator_app.views import DownloadView, ScanView, SetupView
from services.enrollment.methods.authenticator_app.words import CONNECTING, DONE, QR_CODE
from services.enrollment.methods.base.pages import MethodPages, Step
from services.enrollment.methods.base.step_pages import back_of, last_step, reading
from services.enrollment.proofs.app_code.pages import app_code_view
from services.enrollment.proofs.app_code.words import app_code_problem
from services.enrollment.sessions.handlers import progress
from services.enrollment.web.forms import CodeForm, ProofForm, StepForm
from services.enrollment.web.judging import NOTHING, Feedback, judge_code
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import WIZARD

APP_PATH = "/authenticator"


async def show_download(page: PageRequest) -> Response:
    """Get the app."""
    view = DownloadView(
        frame=frame(page, "authenticatorApp"),
        app_url=await app_address(page),
        qr_src=f"{WIZARD}/qr/app.svg",
        different_app=_another_app_is_allowed(page),
        different_method=progress.may_choose(page.principal, page.deps),
        back=back_of(page.principal, "authenticatorApp"),
    )
    return html(page.principal, view)


async def show_setup(page: PageRequest) -> Response:
    """Add the account in the app."""
    view = SetupView(frame=frame(page, "authenticatorApp.setup"), back=f"{WIZARD}?step=authenticatorApp")
    return html(page.principal, view)


async def act_on_setup(page: PageRequest, _: StepForm) -> Response:
    """To the QR code."""
    await apps.show_code(page.principal, page.deps)
    return to_current_step(page)


async def show_scan(page: PageRequest) -> Response:
    return html(page.principal, await _scan_view(page))


async def show_scan_by_hand(page: PageRequest) -> Response:
    return html(page.principal, await _scan_view(page, manual=True))


async def _scan_view(page: PageRequest, *, unheard: bool = False, manual: bool = False) -> ScanView:
    activation = await required_activation(page)
    code = _code_of(activation, page)
    return ScanView(
        frame=frame(page, "authenticatorApp.scan"),
        qr_src=f"{WIZARD}/qr/account.svg?code={activation.handle}",
        qr_alt=QR_CODE.format(person=page.principal.account.profile.user_principal_name),
        code=code.code,
        url=code.url,
        manual=manual,
        manual_href=f"{WIZARD}?step=authenticatorApp.scan&manual=1",
        scan_href=f"{WIZARD}?step=authenticatorApp.scan",
        open_here_href=code.link,
        connected=activation.device_id is not None,
        device_name=activation.device_name,
        error=CONNECTING.unheard if unheard else None,
        expired=activation.is_expired(page.components.clock.now()),
        expires_at=activation.expires_at,
        back=f"{WIZARD}?step=authenticatorApp.setup",
        events_url=f"{WIZARD}/events?activation={activation.handle}",
    )


async def act_on_scan(page: PageRequest, form: StepForm) -> Response:
    """A new QR code, or on to the request once an app has connected."""
    if form.action == "renew":
        await apps.renew_code(page.principal, page.deps)
        return to_current_step(page)
    if await apps.ask_device(page.principal, page.deps) is None:
        return html(page.principal, await _scan_view(page, unheard=True), 409)
    return to_current_step(page)


async def show_code(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """A one-time code of the app, instead of an approval."""
    activation = await required_activation(page)
    view = await app_code_view(
        page,
        "authenticatorApp.code",
        feedback,
        device=activation.device_name,
        back="authenticatorApp.scan",
    )
    return html(page.principal, replace(view, request_possible=True), feedback.status)


async def act_on_code(page: PageRequest, form: CodeForm) -> Response:
    """Judge a code, ask for another one, or ask for an approval instead."""
    if form.action == "request":
        await apps.ask_device(page.principal, page.deps)
        return to_current_step(page)
    if form.action == "again":
        await apps.ask_code(page.principal, page.deps)
        return to_current_step(page)
    return await judge_code(page, form, show_code, app_code_problem)


async def app_address(page: PageRequest) -> str:
    return f"{page.components.settings.authenticator_origin}{APP_PATH}"


async def _scanned(page: PageRequest) -> str:
    return _code_of(await required_activation(page), page).link


def _code_of(activation: Activation, page: PageRequest) -> ActivationCode:
    settings = page.components.settings
    return code_of(activation, page.deps, public=settings.public_origin, authenticator=settings.authenticator_origin)


def _another_app_is_allowed(page: PageRequest) -> bool:
    """Whether the person can set up an app of another maker instead; with a certain app to replace, they can not."""
    principal, change = page.principal, page.principal.session.requested_change
    if principal.session.intent == "manage":
        return (change is None or change.replaces is None) and ("softwareOath", None) in self_service.addable(
            principal.account, page.deps
        )
    return "softwareOath" in progress.alternatives(principal, page.deps)


PAGES: Final = MethodPages(
    type="authenticatorApp",
    steps={
        "authenticatorApp": reading(show_download),
        "authenticatorApp.setup": Step(show_setup, act_on_setup, StepForm),
        "authenticatorApp.scan": Step(show_scan, act_on_scan, StepForm, by_hand=show_scan_by_hand),
        "authenticatorApp.test": Step(show_try, act_on_try, ProofForm),
        "authenticatorApp.code": Step(show_code, act_on_code, CodeForm),
        **last_step("authenticatorApp", DONE),
    },
    pictures={"app": app_address, "account": _scanned},
)
