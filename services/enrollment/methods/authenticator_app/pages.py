"""The steps of the authenticator app: get it, add the account, scan, try it out, approved."""

from fastapi import Response

from services.enrollment.accounts.handlers import self_service as manage
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers import verdicts as reports
from services.enrollment.devices.domain import Activation
from services.enrollment.methods.authenticator_app import handlers as apps
from services.enrollment.methods.phone.pages import require_challenge
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import DoneView, DownloadView, FieldError, ScanView, SetupView
from services.enrollment.web.request import PageRequest, WizardForm, frame, html, to_wizard
from services.enrollment.web.texts import NOT_CONNECTED_YET
from services.enrollment.web.wizard.views import WIZARD, back_of, use_of
from services.enrollment.web.wording import app_code_problem
from services.kit.errors import NotFoundError

APP_PATH = "/authenticator"


async def show_download(page: PageRequest) -> Response:
    """Step 2: get the app."""
    origin = page.components.settings.authenticator_origin
    view = DownloadView(
        frame=frame(page, "authenticatorApp"),
        app_url=f"{origin}{APP_PATH}",
        qr_src=f"{WIZARD}/qr/app.svg",
        different_app=_another_app_is_allowed(page),
        different_method=sessions.may_choose(page.principal, page.deps),
        back=back_of(page.principal, "authenticatorApp"),
    )
    return html(page.principal, view)


async def show_setup(page: PageRequest) -> Response:
    """Step 3: add the account in the app."""
    view = SetupView(frame=frame(page, "authenticatorApp.setup"), back=f"{WIZARD}?step=authenticatorApp")
    return html(page.principal, view)


async def act_on_setup(page: PageRequest, _: WizardForm) -> Response:
    """To the QR code."""
    await apps.show_code(page.principal, page.deps)
    return to_wizard(page)


async def show_scan(page: PageRequest, *, unheard: bool = False, manual: bool = False) -> Response:
    """Step 4: connect the app with the account; a refresh shows the same code."""
    activation = await _activation(page)
    code = apps.code_of(
        activation,
        page.deps,
        public=page.components.settings.public_origin,
        authenticator=page.components.settings.authenticator_origin,
    )
    view = ScanView(
        frame=frame(page, "authenticatorApp.scan"),
        qr_src=f"{WIZARD}/qr/account.svg?code={activation.handle}",
        qr_alt=f"QR code that connects the authenticator app with {page.principal.account.profile.user_principal_name}",
        code=code.code,
        url=code.url,
        manual=manual,
        manual_href=f"{WIZARD}?step=authenticatorApp.scan&manual=1",
        scan_href=f"{WIZARD}?step=authenticatorApp.scan",
        open_here_href=code.link,
        connected=activation.device_id is not None,
        device_name=activation.device_name,
        error=NOT_CONNECTED_YET if unheard else None,
        expired=activation.is_expired(page.components.clock.now()),
        expires_at=activation.expires_at,
        back=f"{WIZARD}?step=authenticatorApp.setup",
        events_url=f"{WIZARD}/events?activation={activation.handle}",
    )
    return html(page.principal, view, 409 if unheard else 200)


async def act_on_scan(page: PageRequest, form: WizardForm) -> Response:
    """A new QR code, or on to the request once an app has connected."""
    if form.action == "renew":
        await apps.renew_code(page.principal, page.deps)
        return to_wizard(page)
    if await apps.ask_device(page.principal, page.deps) is None:
        return await show_scan(page, unheard=True)
    return to_wizard(page)


async def show_try(page: PageRequest, *, unheard: bool = False) -> Response:
    """Step 5: approve a request, with the number that is shown here."""
    challenge = await require_challenge(page)
    activation = await _activation(page)
    view = challenge_views.try_view(
        frame(page, "authenticatorApp.test"),
        challenge,
        page.deps,
        device=activation.device_name or "your app",
        number=apps.number_of(challenge, page.deps.sealer),
        step="authenticatorApp.test",
        has_codes=await apps.has_codes(activation, page.deps),
        unheard=unheard,
    )
    return html(page.principal, view, 409 if unheard else 200)


async def act_on_try(page: PageRequest, form: WizardForm) -> Response:
    """Ask again with a new number, report, or find out whether the app has approved."""
    challenge = await require_challenge(page)
    if form.action == "again":
        await apps.ask_device(page.principal, page.deps, again=True)
        return to_wizard(page)
    if form.action == "code":
        await apps.ask_code(page.principal, page.deps)
        return to_wizard(page)
    if form.action == "report":
        await reports.suspicious_reported(challenge, store=page.deps, clock=page.deps.clock)
        return to_wizard(page)
    if challenge.status != "verified":
        return await show_try(page, unheard=True)
    return to_wizard(page)


async def show_code(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """Step 5 by a one-time code of the app."""
    challenge, activation = await require_challenge(page), await _activation(page)
    view = challenge_views.app_code_view(
        frame(page, "authenticatorApp.code"),
        challenge,
        page.deps,
        app=f"the app on {activation.device_name or 'your phone'}",
        error=error,
        step="authenticatorApp.code",
        request_possible=True,
    )
    return html(page.principal, view, status)


async def act_on_code(page: PageRequest, form: WizardForm) -> Response:
    """Judge a code, ask for another one, or ask for an approval instead."""
    if form.action == "request":
        await apps.ask_device(page.principal, page.deps)
        return to_wizard(page)
    if form.action == "again":
        await apps.ask_code(page.principal, page.deps)
        return to_wizard(page)
    return await judge_typed(page, form, _code_again)


async def _code_again(page: PageRequest, challenge: Challenge, code: str, status: int) -> Response:
    return await show_code(page, FieldError("code", app_code_problem(code, challenge)), status)


async def show_verified(page: PageRequest) -> Response:
    """Step 6: the app is connected."""
    view = DoneView(
        frame=frame(page, "authenticatorApp.verified"),
        heading="Notification approved",
        text=f"The app is connected and is {use_of(page.principal.account, 'authenticatorApp')}.",
        next_label="Next",
        step="authenticatorApp.verified",
    )
    return html(page.principal, view)


async def go_on(page: PageRequest, form: WizardForm) -> Response:
    """ "Next" of a step that asks for nothing."""
    await sessions.go_on(page.principal, form.step, page.deps)
    return to_wizard(page)


def _another_app_is_allowed(page: PageRequest) -> bool:
    """Whether the person can set up an app of another maker instead; with a certain app to replace, they can not."""
    principal, change = page.principal, page.principal.session.requested_change
    if principal.session.intent == "manage":
        return (change is None or change.replaces is None) and ("softwareOath", None) in manage.addable(
            principal.account, page.deps
        )
    return "softwareOath" in sessions.alternatives(principal, page.deps)


async def _activation(page: PageRequest) -> Activation:
    activation = await apps.current_activation(page.principal, page.deps)
    if activation is None:
        raise NotFoundError
    return activation
