"""Puts Northbridge together."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from deploy.demo.clients import load_client
from deploy.demo.clock import shifted_by
from deploy.demo.northbridge.flow import Platform
from deploy.demo.northbridge.layout import HERE, Layout
from deploy.demo.northbridge.mail import MailServer
from deploy.demo.northbridge.password_reset.flow import ResetDesk
from deploy.demo.northbridge.password_reset.pace import Floors
from deploy.demo.northbridge.password_reset.site import START, build_reset_site
from deploy.demo.northbridge.password_reset.state import Decoys
from deploy.demo.northbridge.product import Product
from deploy.demo.northbridge.site import build_site
from deploy.demo.pages import add_security_headers, mount_static, refuse_foreign_posts
from deploy.demo.people import load_characters
from deploy.demo.settings import WorldSettings

PRODUCT_SECONDS = 10.0


def build_app(settings: WorldSettings) -> FastAPI:
    """The platform, with the client keys from the demo's home.

    Raises:
        ClientKeyMissingError: a client has no key.
    """
    own, southgate = (load_client(settings.demo_home, name) for name in ("northbridge", "southgate"))
    now = shifted_by(settings.offset)
    http = httpx.AsyncClient(timeout=PRODUCT_SECONDS, trust_env=False)
    product = Product(http, settings.product_origin, own, now)
    platform = Platform(product, now, settings.northbridge_origin, load_characters())

    layout = Layout(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await http.aclose()

    app = FastAPI(title="Northbridge", docs_url=None, redoc_url=None, lifespan=lifespan)
    add_security_headers(app, form_action=f"'self' {settings.product_origin}")
    refuse_foreign_posts(app, settings.northbridge_origin, under=("/sign-", START))
    mount_static(app, HERE)
    app.include_router(build_site(platform, layout))
    floors = Floors(settings.reset_seconds, settings.reset_slow_seconds)
    app.include_router(build_reset_site(_reset_desk(platform, settings), layout, floors))

    @app.get("/jwks.json")
    async def jwks() -> dict[str, Any]:
        return own.public_keys()

    @app.get("/southgate/jwks.json")
    async def southgate_jwks() -> dict[str, Any]:
        return southgate.public_keys()

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


def _reset_desk(platform: Platform, settings: WorldSettings) -> ResetDesk:
    """With a key for decoys that stays the same over restarts, and tells nothing of the client's."""
    certificate = settings.demo_home / "smtp" / "certificate.pem"
    mail = MailServer("127.0.0.1", settings.smtp_port, certificate, f"{settings.northbridge_origin}{START}")
    private = platform.product.client.key.as_dict(private=True)["d"]
    return ResetDesk(platform, mail.tell, Decoys(hmac.digest(str(private).encode(), b"reset decoys", "sha256")))
