"""A request of a person in a session: who it is, what form came with it, and how a page goes back."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from services.enrollment.components import Components
from services.enrollment.dependencies import Dependencies
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.sessions.handlers import verification as verifications
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.cookies import SessionCookie, read_cookie
from services.enrollment.web.rendering import Frame, Pages, View
from services.enrollment.web.texts import HEADING
from services.enrollment.web.view_parts import SETUP, VERIFY, Site
from services.enrollment.web.wizard import views
from services.kit.errors import FormExpiredError, OtherPersonError, SessionEndedError
from services.kit.http.csrf import csrf_matches, csrf_token
from services.kit.http.headers import security_headers
from services.kit.telemetry import bind

pages = Pages()

SEE_OTHER = 303
TITLES = {
    "prompt": "More information required",
    "confirm": "Are these still right?",
    "choose": "Choose a method",
    "prove": "Verify it's you",
    "prove.choose": "Verify it's you",
    "authenticatorApp": "Authenticator app",
    "authenticatorApp.setup": "Set up your account",
    "authenticatorApp.scan": "Scan the QR code",
    "authenticatorApp.test": "Let's try it out",
    "authenticatorApp.code": "Enter the code from your app",
    "authenticatorApp.verified": "Notification approved",
    "softwareOath": "Use a different authenticator app",
    "softwareOath.scan": "Scan the QR code",
    "softwareOath.code": "Enter the code from your app",
    "softwareOath.verified": "Authenticator app connected",
    "phone": "Phone",
    "phone.code": "Enter the code",
    "phone.call": "Answer the call",
    "phone.verified": "Phone verified",
    "email": "Email",
    "email.code": "Enter the code",
    "email.verified": "Email verified",
    "securityQuestions": "Security questions",
    "securityQuestions.verified": "Security questions saved",
    "passkey": "Passkey",
    "passkey.verified": "Passkey created",
    "recoveryCodes": "Recovery codes",
    "recoveryCodes.show": "Save your recovery codes",
    "recoveryCodes.verified": "Recovery codes saved",
    "success": "Success",
}
PROVING = "Verify it's you"
MANAGING = "My security info"
OPERATING = "Operations"
ANSWER = 256
"""Longer than any answer that is taken, so that a long one is refused in words."""


class WizardForm(BaseModel):
    """All that a form of the wizard can carry; each step reads its own fields."""

    model_config = ConfigDict(extra="ignore")

    session: str = Field("", max_length=256)
    csrf: str = Field("", max_length=256)
    step: str = Field("", max_length=64)
    action: str = Field("next", max_length=32)
    region: str = Field("", max_length=8)
    number: str = Field("", max_length=256)
    code: SecretStr = Field(SecretStr(""), max_length=256)
    form_key: str = Field("", max_length=256, alias="formToken")
    delivery: str = Field("", max_length=16)
    extension: str = Field("", max_length=32)
    address: str = Field("", max_length=320)
    method: str = Field("", max_length=64)
    question: list[Annotated[str, StringConstraints(max_length=64)]] = Field([], max_length=10)
    answer: list[SecretStr] = Field([], max_length=10)
    credential: SecretStr = Field(SecretStr(""), max_length=32768)
    saved: str = Field("", max_length=8)
    challenge: str = Field("", max_length=64)


@dataclass(frozen=True)
class PageRequest:
    """A request of a person in a session."""

    components: Components
    cookie: SessionCookie
    principal: Principal

    @property
    def deps(self) -> Dependencies:
        """What the use cases work with."""
        return self.components.deps

    @property
    def site(self) -> Site:
        """Where the pages of this session are."""
        return VERIFY if self.principal.session.verifying else SETUP


async def recognise(request: Request) -> PageRequest:
    """Who holds the cookie of this request.

    Raises:
        ProblemError: `sessionEnded`.
    """
    components: Components = request.app.state.components
    cookie = read_cookie(request, secure=is_secure(components))
    if cookie is None:
        raise SessionEndedError
    return _page(request, cookie, await sessions.recognise(*credentials(cookie), components.deps))


async def recognise_verifying(request: Request) -> PageRequest:
    """Who holds the cookie of a verification.

    Raises:
        ProblemError: `sessionEnded`.
    """
    components: Components = request.app.state.components
    cookie = read_cookie(request, secure=is_secure(components), of="verification")
    if cookie is None:
        raise SessionEndedError
    return _page(request, cookie, await verifications.recognise_verifier(*credentials(cookie), components.deps))


def credentials(cookie: SessionCookie) -> tuple[str, str]:
    """The session that a browser says it holds, and the proof of it."""
    return cookie.session_id, cookie.secret.get_secret_value()


def _page(request: Request, cookie: SessionCookie, principal: Principal) -> PageRequest:
    components: Components = request.app.state.components
    request.state.tenant = principal.account.tenant
    bind(tenant=principal.account.tenant, user=principal.account.user, session=principal.session.id)
    return PageRequest(components, cookie, principal)


def require_form(page: PageRequest, session: str, csrf: str) -> None:
    """The form was made for the session that this browser holds now."""
    if session and session != page.cookie.session_id:
        raise OtherPersonError
    if not csrf_matches(page.cookie.secret.get_secret_value(), csrf):
        raise FormExpiredError


def require_open(page: PageRequest) -> None:
    """Raises `sessionEnded` where the person can no longer act, with the way back."""
    if not page.principal.session.is_open(page.components.clock.now()):
        raise SessionEndedError(back=page.site.leave)


def frame(page: PageRequest, step: str | None, notice: str | None = None, *, title: str | None = None) -> Frame:
    """What surrounds the page of a step."""
    components, principal = page.components, page.principal
    return replace(
        tenant_frame(components, principal.account.tenant, title or TITLES.get(step or "", "Keep your account secure")),
        person=principal.account.profile.user_principal_name,
        session_id=principal.session.id,
        csrf=csrf_token(page.cookie.secret.get_secret_value()),
        progress=views.progress(principal, step) if step else None,
        session_ends_at=principal.session.expires_at,
        notice=notice,
        now=components.clock.now(),
        heading=_heading(principal, step),
        managing=principal.session.intent == "manage" and step not in {"prove", "prove.choose"},
        site=page.site,
        operating=principal.session.intent == "administer" and step not in {"prove", "prove.choose"},
    )


def tenant_frame(components: Components, tenant_id: str, title: str) -> Frame:
    """What surrounds a page of an organisation on which nobody is signed in."""
    tenant = components.config.tenant(tenant_id)
    return Frame(
        organization=tenant.display_name,
        title=title,
        tenant=tenant_id,
        logo=tenant.branding.logo,
        help_desk=tenant.texts.help_desk,
    )


def _heading(principal: Principal, step: str | None) -> str:
    if principal.session.verifying or step in {"prove", "prove.choose"}:
        return PROVING
    return {"manage": MANAGING, "administer": OPERATING}.get(principal.session.intent, HEADING)


def html(principal: Principal, view: View, status: int = 200) -> Response:
    """The page, with the headers that go with it."""
    target = urlsplit(principal.session.return_url)
    headers = security_headers(f"{target.scheme}://{target.netloc}") | {"Cache-Control": "no-store"}
    return HTMLResponse(pages.render(view), status, headers=headers)


def html_for_anybody(view: View, status: int = 200) -> Response:
    """A page for whoever asks, in a session or not."""
    return HTMLResponse(pages.render(view), status, headers=security_headers(None) | {"Cache-Control": "no-store"})


def is_secure(components: Components) -> bool:
    """Whether browsers speak https with this service."""
    return components.settings.public_url.scheme == "https"


def to_wizard(page: PageRequest) -> Response:
    """After an act: show where the session is now."""
    return RedirectResponse(page.site.page, SEE_OTHER)
