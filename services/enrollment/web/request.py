"""A request of a person in a session: who it is, what form came with it, and how a page goes back."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from services.enrollment.parts import Parts
from services.enrollment.sessions.handlers import progress as sessions
from services.enrollment.sessions.handlers import verification as verifications
from services.enrollment.sessions.handlers.desk import Desk, Visit
from services.enrollment.web.cookies import SessionCookie, read_cookie
from services.enrollment.web.rendering import Frame, Pages, View
from services.enrollment.web.texts import HEADING
from services.enrollment.web.view_parts import SETUP, VERIFY, Place
from services.enrollment.web.wizard import views
from services.kit.errors import ProblemError
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
class Here:
    """A request of a person in a session."""

    parts: Parts
    cookie: SessionCookie
    visit: Visit

    @property
    def desk(self) -> Desk:
        """What the use cases work with."""
        return self.parts.desk

    @property
    def place(self) -> Place:
        """Where the pages of this session are."""
        return VERIFY if self.visit.session.verifying else SETUP


async def recognise(request: Request) -> Here:
    """Who holds the cookie of this request.

    Raises:
        ProblemError: `sessionEnded`.
    """
    parts: Parts = request.app.state.parts
    cookie = read_cookie(request, secure=is_secure(parts))
    if cookie is None:
        raise ProblemError("sessionEnded")
    return _here(request, cookie, await sessions.recognise(*credentials(cookie), parts.desk))


async def recognise_verifying(request: Request) -> Here:
    """Who holds the cookie of a verification.

    Raises:
        ProblemError: `sessionEnded`.
    """
    parts: Parts = request.app.state.parts
    cookie = read_cookie(request, secure=is_secure(parts), of="verification")
    if cookie is None:
        raise ProblemError("sessionEnded")
    return _here(request, cookie, await verifications.recognise_verifier(*credentials(cookie), parts.desk))


def credentials(cookie: SessionCookie) -> tuple[str, str]:
    """The session that a browser says it holds, and the proof of it."""
    return cookie.session_id, cookie.secret.get_secret_value()


def _here(request: Request, cookie: SessionCookie, visit: Visit) -> Here:
    parts: Parts = request.app.state.parts
    request.state.tenant = visit.account.tenant
    bind(tenant=visit.account.tenant, user=visit.account.user, session=visit.session.id)
    return Here(parts, cookie, visit)


def require_form(here: Here, session: str, csrf: str) -> None:
    """The form was made for the session that this browser holds now."""
    if session and session != here.cookie.session_id:
        raise ProblemError("otherPerson")
    if not csrf_matches(here.cookie.secret.get_secret_value(), csrf):
        raise ProblemError("formExpired")


def require_open(here: Here) -> None:
    """Raises `sessionEnded` where the person can no longer act, with the way back."""
    if not here.visit.session.is_open(here.parts.clock.now()):
        raise ProblemError("sessionEnded", back=here.place.leave)


def frame(here: Here, step: str | None, notice: str | None = None, *, title: str | None = None) -> Frame:
    """What surrounds the page of a step."""
    parts, visit = here.parts, here.visit
    return replace(
        tenant_frame(parts, visit.account.tenant, title or TITLES.get(step or "", "Keep your account secure")),
        person=visit.account.profile.user_principal_name,
        session_id=visit.session.id,
        csrf=csrf_token(here.cookie.secret.get_secret_value()),
        progress=views.progress(visit, step) if step else None,
        session_ends_at=visit.session.expires_at,
        notice=notice,
        now=parts.clock.now(),
        heading=_heading(visit, step),
        managing=visit.session.intent == "manage" and step not in {"prove", "prove.choose"},
        place=here.place,
        operating=visit.session.intent == "administer" and step not in {"prove", "prove.choose"},
    )


def tenant_frame(parts: Parts, tenant_id: str, title: str) -> Frame:
    """What surrounds a page of an organisation on which nobody is signed in."""
    tenant = parts.config.tenant(tenant_id)
    return Frame(
        organization=tenant.display_name,
        title=title,
        tenant=tenant_id,
        logo=tenant.branding.logo,
        help_desk=tenant.texts.help_desk,
    )


def _heading(visit: Visit, step: str | None) -> str:
    if visit.session.verifying or step in {"prove", "prove.choose"}:
        return PROVING
    return {"manage": MANAGING, "administer": OPERATING}.get(visit.session.intent, HEADING)


def html(visit: Visit, view: View, status: int = 200) -> Response:
    """The page, with the headers that go with it."""
    target = urlsplit(visit.session.return_url)
    headers = security_headers(f"{target.scheme}://{target.netloc}") | {"Cache-Control": "no-store"}
    return HTMLResponse(pages.render(view), status, headers=headers)


def html_for_anybody(view: View, status: int = 200) -> Response:
    """A page for whoever asks, in a session or not."""
    return HTMLResponse(pages.render(view), status, headers=security_headers(None) | {"Cache-Control": "no-store"})


def is_secure(parts: Parts) -> bool:
    """Whether browsers speak https with this service."""
    return parts.settings.public_url.scheme == "https"


def to_wizard(here: Here) -> Response:
    """After an act: show where the session is now."""
    return RedirectResponse(here.place.page, SEE_OTHER)
