"""A request of a person in a session: who it is, what form came with it, and how a page goes back."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.enrollment.components import Components, components_of
from services.enrollment.dependencies import Dependencies
from services.enrollment.i18n import nearest, own_text, preferred, read_in
from services.enrollment.sessions.handlers import progress, verification
from services.enrollment.sessions.handlers.arriving import Visitor
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.cookies import SessionCookie, read_browser, read_cookie
from services.enrollment.web.rendering import Pages, View
from services.enrollment.web.steps import PROOFS, TITLES, progress_of
from services.enrollment.web.views import SETUP, VERIFY, Frame, Site
from services.enrollment.web.words import HEADING, MANAGING, OPERATING, PROVING
from services.kit.errors import FormExpiredError, OtherPersonError, SessionEndedError
from services.kit.http.browsers import browser_of
from services.kit.http.client import address_of, country_of
from services.kit.http.csrf import csrf_matches, csrf_token
from services.kit.http.headers import security_headers
from services.kit.telemetry import bind

pages = Pages()

SEE_OTHER = 303
IN_ENGLISH: Final = ("/v1.0", "/device", "/.well-known", "/operations")
"""What programs read, and the pages for administrators."""


@dataclass(frozen=True)
class PageRequest:
    """A request of a person in a session."""

    components: Components
    cookie: SessionCookie
    principal: Principal

    @property
    def deps(self) -> Dependencies:
        return self.components.deps

    @property
    def site(self) -> Site:
        return VERIFY if self.principal.session.verifying else SETUP


async def recognise(request: Request) -> PageRequest:
    """Who holds the cookie of this request. Raises `sessionEnded`."""
    components = components_of(request)
    cookie = read_cookie(request, secure=is_secure(components))
    if cookie is None:
        raise SessionEndedError
    return _page(request, cookie, await progress.recognise(*credentials(cookie), components.deps))


async def recognise_verifying(request: Request) -> PageRequest:
    """Who holds the cookie of a verification. Raises `sessionEnded`."""
    components = components_of(request)
    cookie = read_cookie(request, secure=is_secure(components), of="verification")
    if cookie is None:
        raise SessionEndedError
    return _page(request, cookie, await verification.recognise_verifier(*credentials(cookie), components.deps))


def visitor_of(request: Request) -> Visitor:
    """Who begins a session."""
    components = components_of(request)
    browser = read_browser(request, secure=is_secure(components))
    language = preferred(request.headers.get("accept-language", "")) or ""
    country = country_of(request, components.settings.country_header)
    return Visitor(browser, country, language, browser_of(request))


def credentials(cookie: SessionCookie) -> tuple[str, str]:
    return cookie.session_id, cookie.secret.get_secret_value()


def _page(request: Request, cookie: SessionCookie, principal: Principal) -> PageRequest:
    components = components_of(request)
    request.state.tenant = principal.account.tenant
    if nearest(principal.session.locale) and not request.url.path.startswith(IN_ENGLISH):
        read_in(principal.session.locale)
    bind(tenant=principal.account.tenant, user=principal.account.user, session=principal.session.id)
    return PageRequest(components, cookie, replace(principal, address=address_of(request)))


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
        tenant_frame(components, principal.account.tenant, title or TITLES.get(step or "", HEADING)),
        person=principal.account.profile.user_principal_name,
        session_id=principal.session.id,
        csrf=csrf_token(page.cookie.secret.get_secret_value()),
        progress=progress_of(principal, step) if step else None,
        session_ends_at=principal.session.expires_at,
        notice=notice,
        now=components.clock.now(),
        heading=_heading(principal, step),
        managing=principal.session.intent == "manage" and (step not in PROOFS or bool(principal.session.restoring)),
        site=page.site,
        operating=principal.session.intent == "administer" and step not in PROOFS,
    )


def tenant_frame(components: Components, tenant_id: str, title: str) -> Frame:
    """What surrounds a page of an organisation on which nobody is signed in."""
    tenant = components.config.tenant(tenant_id)
    return Frame(
        organization=tenant.display_name,
        title=title,
        tenant=tenant_id,
        logo=tenant.branding.logo,
        help_desk=own_text(tenant.texts.help_desk),
    )


def _heading(principal: Principal, step: str | None) -> str:
    if principal.session.verifying or step in PROOFS:
        return PROVING
    return {"manage": MANAGING, "administer": OPERATING}.get(principal.session.intent, HEADING)


def html(principal: Principal, view: View, status: int = 200) -> Response:
    """The page, with the headers that go with it."""
    target = urlsplit(principal.session.return_url)
    headers = security_headers(f"{target.scheme}://{target.netloc}") | {"Cache-Control": "no-store"}
    return HTMLResponse(pages.render(view), status, headers=headers)


def html_for_anybody(view: View, status: int = 200) -> Response:
    return HTMLResponse(pages.render(view), status, headers=security_headers(None) | {"Cache-Control": "no-store"})


def is_secure(components: Components) -> bool:
    return components.settings.public_url.scheme == "https"


def to_current_step(page: PageRequest) -> Response:
    return RedirectResponse(page.site.page, SEE_OTHER)
