"""Lets the app call the device API where it lives on a host of its own."""

from typing import Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

DEVICE_API: Final = "/device/v1/"
ONE_HOUR: Final = 3600


class DeviceApiCors(CORSMiddleware):
    """CORS for the device API alone; nothing else answers another origin."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and scope["path"].startswith(DEVICE_API):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def allow_app(app: FastAPI, origin: str) -> None:
    """Answer the app at `origin`. `Date` is exposed, because the app corrects its clock by it."""
    app.add_middleware(
        DeviceApiCors,
        allow_origins=[origin],
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["Date", "Retry-After"],
        max_age=ONE_HOUR,
    )
