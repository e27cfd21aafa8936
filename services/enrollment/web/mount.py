"""All pages and static files, as the application has them."""

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.enrollment.config import Config
from services.enrollment.i18n import SOURCE, preferred, read_in
from services.enrollment.notices import pages as notices
from services.enrollment.web.assets import mount_static, read_logos
from services.enrollment.web.help import pages as help_pages
from services.enrollment.web.operations import pages as operations
from services.enrollment.web.operations.people import pages as people
from services.enrollment.web.request import IN_ENGLISH
from services.enrollment.web.security_info import pages as security_info
from services.enrollment.web.verify import routes as verify
from services.enrollment.web.wizard import routes as wizard


def mount(app: FastAPI, config: Config) -> None:
    """Add pages and static files to the application. Raises ConfigError: a logo cannot be served."""
    for site in (wizard, security_info, notices, verify, help_pages, operations, people):
        app.include_router(site.router)
    app.add_middleware(LanguageOfRequest)
    mount_static(app, {name: tenant.branding for name, tenant in config.tenants.items()}, read_logos(config))


class LanguageOfRequest:
    """Reads each request in the language that the browser prefers; the API's texts are English."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            read_in(language_of(scope))
        await self._app(scope, receive, send)


def language_of(scope: Scope) -> str:
    """One of ours."""
    if scope["path"].startswith(IN_ENGLISH):
        return SOURCE
    return preferred(Headers(scope=scope).get("accept-language", "")) or SOURCE
