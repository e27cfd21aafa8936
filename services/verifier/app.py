"""The one place where the verifier is put together."""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from services.kit.clock import Clock, SystemClock
from services.kit.crypto.event_mac import EventMac
from services.kit.crypto.keyring import Keyring
from services.kit.runtime import serve
from services.kit.service import Service
from services.verifier.consumers import subscribe
from services.verifier.handlers.challenges import expire_overdue
from services.verifier.methods.registry import known_methods
from services.verifier.settings import VerifierSettings
from services.verifier.store import Store

SWEEP_EVERY = timedelta(seconds=1)


def main(port: int | None = None) -> None:
    serve("verifier", VerifierSettings, build, port)


def build(settings: VerifierSettings) -> FastAPI:
    """The service as an application. It answers for its health and its metrics, and for nothing else."""
    clock = SystemClock(settings.offset)
    keyring = Keyring.load(settings.keyring, "verifier", clock, demo=settings.is_demo)
    return assemble(settings, keyring, clock).app()


def assemble(settings: VerifierSettings, keyring: Keyring, clock: Clock) -> Service:
    """The service without its HTTP side; nothing connects yet."""
    service = Service("verifier", settings, clock, macs=EventMac(keyring))
    store = Store.open(service.database, service.relay, clock)
    service.prepare(store.prepare)
    service.sweep("challenges", every=SWEEP_EVERY, work=partial(expire_overdue, store=store, clock=clock))
    subscribe(
        service.broker,
        methods=known_methods(keyring),
        store=store,
        clock=clock,
        group=service.group,
        precondition=service.preparation.require,
    )
    return service
