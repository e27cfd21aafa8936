"""The steps of a different authenticator app: have it ready, scan, type a code, done."""

from fastapi import Response

from services.enrollment.accounts.handlers import self_service as manage
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.methods.phone.pages import require_challenge
from services.enrollment.methods.software_oath import handlers as software
from services.enrollment.sessions.domain.steps import method_type_of
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.proof import challenge_views
from services.enrollment.web.proof.typed_code import judge_typed
from services.enrollment.web.rendering import FieldError, SoftwareIntroView, SoftwareScanView
from services.enrollment.web.request import PageRequest, WizardForm, frame, html, to_wizard
from services.enrollment.web.wizard import views
from services.enrollment.web.wizard.views import WIZARD, back_of
from services.enrollment.web.wording import app_code_problem
from services.kit.errors import NotFoundError


async def show_intro(page: PageRequest) -> Response:
    """Have an app ready; also looked at from the step of the proposed app."""
    is_here = method_type_of(page.principal.session.step) == "softwareOath"
    view = SoftwareIntroView(
        frame=frame(page, "softwareOath"),
        back=back_of(page.principal, "softwareOath") if is_here else WIZARD,
        different_method=sessions.may_choose(page.principal, page.deps),
    )
    return html(page.principal, view)


async def act_on_intro(page: PageRequest, _: WizardForm) -> Response:
    """To the QR code, instead of the proposed app if need be."""
    principal = page.principal
    if method_type_of(principal.session.step) != "softwareOath":
        principal = await _instead(page)
    await software.show_secret(principal, page.deps)
    return to_wizard(page)


async def _instead(page: PageRequest) -> Principal:
    """Leave the proposed app for this one."""
    if page.principal.session.intent == "manage":
        return await manage.add(page.principal, "softwareOath", None, page.deps)
    return await sessions.set_up_instead(page.principal, "softwareOath", page.deps)


async def show_scan(page: PageRequest) -> Response:
    """The QR code; a refresh shows the same one."""
    draft, account = page.principal.session.draft, page.principal.account
    if draft is None:
        raise NotFoundError
    secret = software.secret_of(draft, page.principal.claimant, page.deps)
    view = SoftwareScanView(
        frame=frame(page, "softwareOath.scan"),
        qr_src=f"{WIZARD}/qr/software.svg?code={draft.method_id}",
        secret=secret,
        account=account.profile.user_principal_name,
        issuer=page.deps.config.tenant(account.tenant).display_name,
        open_here_href=software.uri_of(draft, page.principal.claimant, page.deps),
        back=f"{WIZARD}?step=softwareOath",
    )
    return html(page.principal, view)


async def act_on_scan(page: PageRequest, _: WizardForm) -> Response:
    """On to the code that the app shows."""
    await software.ask_code(page.principal, page.deps)
    return to_wizard(page)


async def show_code(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """The code that the app shows now."""
    challenge = await require_challenge(page)
    shown = frame(page, "softwareOath.code")
    view = challenge_views.app_code_view(shown, challenge, page.deps, app="your app", error=error)
    return html(page.principal, view, status)


async def act_on_code(page: PageRequest, form: WizardForm) -> Response:
    """Judge a code, or ask for another one."""
    if form.action == "again":
        await software.ask_code(page.principal, page.deps)
        return to_wizard(page)
    return await judge_typed(page, form, _code_again)


async def show_verified(page: PageRequest) -> Response:
    """What the app is for."""
    return html(
        page.principal, views.verified_view(frame(page, "softwareOath.verified"), page.principal, "softwareOath")
    )


async def _code_again(page: PageRequest, challenge: Challenge, code: str, status: int) -> Response:
    return await show_code(page, FieldError("code", app_code_problem(code, challenge)), status)
