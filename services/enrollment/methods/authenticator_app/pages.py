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
from services.enrollment.web.request import Here, WizardForm, frame, html, to_wizard
from services.enrollment.web.texts import NOT_CONNECTED_YET
from services.enrollment.web.wizard.views import WIZARD, back_of, use_of
from services.enrollment.web.wording import app_code_problem
from services.kit.errors import ProblemError

APP_PATH = "/authenticator"


async def show_download(here: Here) -> Response:
    """Step 2: get the app."""
    origin = here.parts.settings.authenticator_origin
    view = DownloadView(
        frame=frame(here, "authenticatorApp"),
        app_url=f"{origin}{APP_PATH}",
        qr_src=f"{WIZARD}/qr/app.svg",
        different_app=_another_app_is_allowed(here),
        different_method=sessions.may_choose(here.visit, here.desk),
        back=back_of(here.visit, "authenticatorApp"),
    )
    return html(here.visit, view)


async def show_setup(here: Here) -> Response:
    """Step 3: add the account in the app."""
    view = SetupView(frame=frame(here, "authenticatorApp.setup"), back=f"{WIZARD}?step=authenticatorApp")
    return html(here.visit, view)


async def act_on_setup(here: Here, _: WizardForm) -> Response:
    """To the QR code."""
    await apps.show_code(here.visit, here.desk)
    return to_wizard(here)


async def show_scan(here: Here, *, unheard: bool = False, manual: bool = False) -> Response:
    """Step 4: connect the app with the account; a refresh shows the same code."""
    activation = await _activation(here)
    code = apps.code_of(
        activation,
        here.desk,
        public=here.parts.settings.public_origin,
        authenticator=here.parts.settings.authenticator_origin,
    )
    view = ScanView(
        frame=frame(here, "authenticatorApp.scan"),
        qr_src=f"{WIZARD}/qr/account.svg?code={activation.handle}",
        qr_alt=f"QR code that connects the authenticator app with {here.visit.account.profile.user_principal_name}",
        code=code.code,
        url=code.url,
        manual=manual,
        manual_href=f"{WIZARD}?step=authenticatorApp.scan&manual=1",
        scan_href=f"{WIZARD}?step=authenticatorApp.scan",
        open_here_href=code.link,
        connected=activation.device_id is not None,
        device_name=activation.device_name,
        error=NOT_CONNECTED_YET if unheard else None,
        expired=activation.is_expired(here.parts.clock.now()),
        expires_at=activation.expires_at,
        back=f"{WIZARD}?step=authenticatorApp.setup",
        events_url=f"{WIZARD}/events?activation={activation.handle}",
    )
    return html(here.visit, view, 409 if unheard else 200)


async def act_on_scan(here: Here, form: WizardForm) -> Response:
    """A new QR code, or on to the request once an app has connected."""
    if form.action == "renew":
        await apps.renew_code(here.visit, here.desk)
        return to_wizard(here)
    if await apps.ask_device(here.visit, here.desk) is None:
        return await show_scan(here, unheard=True)
    return to_wizard(here)


async def show_try(here: Here, *, unheard: bool = False) -> Response:
    """Step 5: approve a request, with the number that is shown here."""
    challenge = await require_challenge(here)
    activation = await _activation(here)
    view = challenge_views.try_view(
        frame(here, "authenticatorApp.test"),
        challenge,
        here.desk,
        device=activation.device_name or "your app",
        number=apps.number_of(challenge, here.desk.sealer),
        step="authenticatorApp.test",
        has_codes=await apps.has_codes(activation, here.desk),
        unheard=unheard,
    )
    return html(here.visit, view, 409 if unheard else 200)


async def act_on_try(here: Here, form: WizardForm) -> Response:
    """Ask again with a new number, report, or find out whether the app has approved."""
    challenge = await require_challenge(here)
    if form.action == "again":
        await apps.ask_device(here.visit, here.desk, again=True)
        return to_wizard(here)
    if form.action == "code":
        await apps.ask_code(here.visit, here.desk)
        return to_wizard(here)
    if form.action == "report":
        await reports.suspicious_reported(challenge, store=here.desk.store, clock=here.desk.clock)
        return to_wizard(here)
    if challenge.status != "verified":
        return await show_try(here, unheard=True)
    return to_wizard(here)


async def show_code(here: Here, error: FieldError | None = None, status: int = 200) -> Response:
    """Step 5 by a one-time code of the app."""
    challenge, activation = await require_challenge(here), await _activation(here)
    view = challenge_views.app_code_view(
        frame(here, "authenticatorApp.code"),
        challenge,
        here.desk,
        app=f"the app on {activation.device_name or 'your phone'}",
        error=error,
        step="authenticatorApp.code",
        request_possible=True,
    )
    return html(here.visit, view, status)


async def act_on_code(here: Here, form: WizardForm) -> Response:
    """Judge a code, ask for another one, or ask for an approval instead."""
    if form.action == "request":
        await apps.ask_device(here.visit, here.desk)
        return to_wizard(here)
    if form.action == "again":
        await apps.ask_code(here.visit, here.desk)
        return to_wizard(here)
    return await judge_typed(here, form, _code_again)


async def _code_again(here: Here, challenge: Challenge, code: str, status: int) -> Response:
    return await show_code(here, FieldError("code", app_code_problem(code, challenge)), status)


async def show_verified(here: Here) -> Response:
    """Step 6: the app is connected."""
    view = DoneView(
        frame=frame(here, "authenticatorApp.verified"),
        heading="Notification approved",
        text=f"The app is connected and is {use_of(here.visit.account, 'authenticatorApp')}.",
        next_label="Next",
        step="authenticatorApp.verified",
    )
    return html(here.visit, view)


async def go_on(here: Here, form: WizardForm) -> Response:
    """ "Next" of a step that asks for nothing."""
    await sessions.go_on(here.visit, form.step, here.desk)
    return to_wizard(here)


def _another_app_is_allowed(here: Here) -> bool:
    """Whether the person can set up an app of another maker instead; with a certain app to replace, they can not."""
    visit, aim = here.visit, here.visit.session.aim
    if visit.session.intent == "manage":
        return (aim is None or aim.replaces is None) and ("softwareOath", None) in manage.addable(
            visit.account, here.desk
        )
    return "softwareOath" in sessions.alternatives(visit, here.desk)


async def _activation(here: Here) -> Activation:
    activation = await apps.current_activation(here.visit, here.desk)
    if activation is None:
        raise ProblemError("notFound")
    return activation
