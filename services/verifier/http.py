"""Requests in: the verifier answers for its health and its metrics, and for nothing else."""

from fastapi import FastAPI
from starlette.types import Lifespan

from services.kit.http.app import build_app
from services.verifier.parts import Components


def health_app(parts: Components, lifespan: Lifespan[FastAPI]) -> FastAPI:
    """`/healthz`, `/readyz`, `/metrics`."""
    liveness = {"consumers": parts.broker.alive, "relay": parts.relay.alive, "sweeper": parts.sweeper.alive}
    return build_app("verifier", readiness=parts.readiness, lifespan=lifespan, liveness=liveness)
