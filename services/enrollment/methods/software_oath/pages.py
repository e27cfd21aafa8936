"""The steps of a different authenticator app: have it ready, scan, type a code, done."""

from fastapi import Response

from services.enrollment.accounts.handlers import self_service as manage
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.phone.pages import require_challenge
from services.enrollment.methods.software_oath import handlers as software
from services.enrollment.sessions.domain.steps import method_of
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.sessions.handlers.desk import Visit
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import FieldError, SoftwareIntroView, SoftwareScanView
from services.enrollment.web.request import Here, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import WIZARD, back_of
from services.enrollment.web.wording import app_code_problem
from services.kit.errors import ProblemError


async def show_intro(here: Here) -> Response:
    """Have an app ready; also looked at from the step of the proposed app."""
    is_here = method_of(here.visit.session.step) == "softwareOath"
    view = SoftwareIntroView(
        frame=frame(here, "softwareOath"),
        back=back_of(here.visit, "softwareOath") if is_here else WIZARD,
        different_method=sessions.may_choose(here.visit, here.desk),
    )
    return html(here.visit, view)


async def act_on_intro(here: Here, _: WizardForm) -> Response:
    """To the QR code, instead of the proposed app if need be."""
    visit = here.visit
    if method_of(visit.session.step) != "softwareOath":
        visit = await _instead(here)
    await software.show_secret(visit, here.desk)
    return to_wizard(here)


async def _instead(here: Here) -> Visit:
    """Leave the proposed app for this one."""
    if here.visit.session.intent == "manage":
        return await manage.add(here.visit, "softwareOath", None, here.desk)
    return await sessions.set_up_instead(here.visit, "softwareOath", here.desk)


async def show_scan(here: Here) -> Response:
    """The QR code; a refresh shows the same one."""
    draft, account = here.visit.session.draft, here.visit.account
    if draft is None:
        raise ProblemError("notFound")
    secret = software.secret_of(draft, here.visit.applicant, here.desk)
    view = SoftwareScanView(
        frame=frame(here, "softwareOath.scan"),
        qr_src=f"{WIZARD}/qr/software.svg?code={draft.method_id}",
        secret=secret,
        account=account.profile.user_principal_name,
        issuer=here.desk.config.tenant(account.tenant).display_name,
        open_here_href=software.uri_of(draft, here.visit.applicant, here.desk),
        back=f"{WIZARD}?step=softwareOath",
    )
    return html(here.visit, view)


async def act_on_scan(here: Here, _: WizardForm) -> Response:
    """On to the code that the app shows."""
    await software.ask_code(here.visit, here.desk)
    return to_wizard(here)


async def show_code(here: Here, error: FieldError | None = None, status: int = 200) -> Response:
    """The code that the app shows now."""
    challenge = await require_challenge(here)
    shown = frame(here, "softwareOath.code")
    view = challenge_views.app_code_view(shown, challenge, here.desk, app="your app", error=error)
    return html(here.visit, view, status)


async def act_on_code(here: Here, form: WizardForm) -> Response:
    """Judge a code, or ask for another one."""
    if form.action == "again":
        await software.ask_code(here.visit, here.desk)
        return to_wizard(here)
    return await judge_typed(here, form, _code_again)


async def show_verified(here: Here) -> Response:
    """What the app is for."""
    return html(here.visit, views.verified_view(frame(here, "softwareOath.verified"), here.visit, "softwareOath"))


async def _code_again(here: Here, challenge: Challenge, code: str, status: int) -> Response:
    return await show_code(here, FieldError("code", app_code_problem(code, challenge)), status)
