"""What both sites of the demo world share: templates, the look, and strict response headers."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

SHARED = Path(__file__).parent


def templates_of(site: Path) -> Jinja2Templates:
    """The templates of a site, on top of the shared base."""
    loader = FileSystemLoader([site / "templates", SHARED / "templates"])
    return Jinja2Templates(env=Environment(loader=loader, autoescape=True, undefined=StrictUndefined))


def mount_static(app: FastAPI, site: Path) -> None:
    """Serve the site's own files, the shared look, and the logos that the product shows too."""
    app.mount("/static/shared", StaticFiles(directory=SHARED / "static"))
    app.mount("/static/branding", StaticFiles(directory=SHARED / "branding"))
    app.mount("/static", StaticFiles(directory=site / "static"))


def add_security_headers(app: FastAPI, *, form_action: str = "'self'") -> None:
    """Deny by default: own styles and scripts only, no framing by others, nothing cached.

    Args:
        form_action: sources that a form may lead to; Chromium counts the redirect that follows as well.
    """
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action {form_action}"
    )

    @app.middleware("http")
    async def secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def refuse_foreign_posts(app: FastAPI, origin: str, *, under: tuple[str, ...]) -> None:
    """Refuse a form that another site's page sent here; callers that are no browsers say nothing of it and pass.

    A page that sends no referrer sends the origin "null"; where it really comes from, `Sec-Fetch-Site` tells (Fetch
    Metadata Request Headers, section 2.4).
    """

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        named = request.headers.get("origin", origin) in (origin, "null")
        own = named and request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        if request.method == "POST" and request.url.path.startswith(under) and not own:
            return Response("This form was sent from another site.", 403, media_type="text/plain")
        return await call_next(request)
