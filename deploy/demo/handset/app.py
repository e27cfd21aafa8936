"""Puts the handset together."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
from fastapi import FastAPI

from deploy.demo.clock import shifted_by
from deploy.demo.handset.api import build_api
from deploy.demo.handset.callbacks import Callbacks, Errands
from deploy.demo.handset.certificate import tls_context
from deploy.demo.handset.mail import start_mail_server
from deploy.demo.handset.network import Pace, World
from deploy.demo.handset.site import HERE, build_site
from deploy.demo.handset.twilio_api.routes import build_routes
from deploy.demo.pages import add_security_headers, mount_static, refuse_foreign_posts
from deploy.demo.settings import WorldSettings

CALLBACK_SECONDS = 15.0
"""How long the provider waits for the product, as Twilio does."""


def build_app(settings: WorldSettings, *, smtp: socket.socket | None = None, pace: Pace | None = None) -> FastAPI:
    """The handset; with `smtp`, an open listening socket, the mail server too."""
    now = shifted_by(settings.offset)
    auth_token = settings.twilio_auth_token.get_secret_value()
    client = httpx.AsyncClient(timeout=CALLBACK_SECONDS, trust_env=False)
    world = World(now, Callbacks(client, auth_token), Errands(), pace or Pace())
    app = FastAPI(
        title="Demo handset", docs_url=None, redoc_url=None, lifespan=_lifespan(world, client, settings, smtp)
    )
    add_security_headers(app)
    refuse_foreign_posts(app, settings.handset_origin, under=("/calls", "/empty"))
    mount_static(app, HERE)
    app.include_router(build_routes(world, auth_token))
    app.include_router(build_api(world))
    app.include_router(build_site(world, settings))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


def _lifespan(
    world: World, client: httpx.AsyncClient, settings: WorldSettings, smtp: socket.socket | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tls = tls_context(settings.demo_home, world.now) if smtp else None
        server = await start_mail_server(world, smtp, tls) if smtp else None
        yield
        if server is not None:
            server.close()
        await world.errands.close()
        await client.aclose()

    return lifespan
