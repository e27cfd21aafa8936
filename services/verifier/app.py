"""The one place where the verifier is put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.kit.clock import SystemClock
from services.kit.crypto.keyring import Keyring, KeyringError
from services.kit.runtime import fail, run
from services.kit.settings import SettingsError, load_settings
from services.kit.telemetry import configure_logging
from services.verifier.http import health_app
from services.verifier.parts import Components
from services.verifier.settings import VerifierSettings


def main(port: int | None = None) -> None:
    """Run until told to stop. A mistake in settings or keyring ends it with one line on stderr and status 1."""
    try:
        settings = load_settings(VerifierSettings)
        configure_logging("verifier", demo=settings.is_demo, level=settings.log_level)
        app = build(settings)
    except (SettingsError, KeyringError) as error:
        fail(str(error))
    run(app, "127.0.0.1" if settings.is_demo else "0.0.0.0", port or settings.verifier_port)  # noqa: S104 - in a container


def build(settings: VerifierSettings) -> FastAPI:
    """The service as an application, its background work in its lifespan."""
    keyring = Keyring.load(settings.keyring, "verifier")
    parts = Components.assemble(settings, keyring, SystemClock(settings.offset))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await parts.start()
        yield
        await parts.stop()

    return health_app(parts, lifespan)
