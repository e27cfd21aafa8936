"""Puts Northbridge together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from deploy.demo.clients import load_client
from deploy.demo.clock import shifted_by
from deploy.demo.northbridge.flow import Platform
from deploy.demo.northbridge.product import Product
from deploy.demo.northbridge.site import HERE, build_site
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

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await http.aclose()

    app = FastAPI(title="Northbridge", docs_url=None, redoc_url=None, lifespan=lifespan)
    add_security_headers(app, form_action=f"'self' {settings.product_origin}")
    refuse_foreign_posts(app, settings.northbridge_origin, under=("/sign-", "/reset-password"))
    mount_static(app, HERE)
    app.include_router(build_site(platform, settings))

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
