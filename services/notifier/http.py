"""Requests in: the status callbacks of providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from services.kit.clock import Clock
from services.kit.errors import ProblemError
from services.notifier import metrics
from services.notifier.handlers import note_report
from services.notifier.providers.twilio import is_genuine, read_report
from services.notifier.store import Store

LONGEST_BODY = 16 * 1024
MOST_FIELDS = 100
DONE = 204
FORBIDDEN = 403

router = APIRouter()


@dataclass(frozen=True)
class Callbacks:
    """What taking callbacks needs; found by the routes as `request.app.state.callbacks`.

    Twilio signs the address as it was given, so `origin` counts and not what a proxy makes of it.
    """

    origin: str
    tokens: Mapping[str, SecretStr]
    store: Store
    clock: Clock


def callback_url(origin: str, provider: str) -> str:
    """Where a Twilio account reports to; a `/` and the id of the delivery follow."""
    return f"{origin}/callbacks/twilio/{provider}"


@router.post("/callbacks/twilio/{provider}/{delivery_id}", status_code=DONE, include_in_schema=False)
async def twilio_callback(provider: str, delivery_id: str, request: Request) -> Response:
    """Take a signed status callback. What is genuine but repeated, late or unknown changes nothing."""
    callbacks: Callbacks = request.app.state.callbacks
    parameters = _parameters(await _body(request))
    if not _is_genuine(callbacks, provider, delivery_id, parameters, request.headers.get("X-Twilio-Signature", "")):
        return Response(status_code=FORBIDDEN)
    report = read_report(dict(parameters))
    delivery = await callbacks.store.by_id(delivery_id)
    if report is None or delivery is None:
        metrics.CALLBACKS.labels(provider, "unknown").inc()
        return Response(status_code=DONE)
    await note_report(delivery, report, provider=provider, store=callbacks.store, clock=callbacks.clock)
    metrics.CALLBACKS.labels(provider, "taken").inc()
    return Response(status_code=DONE)


def _is_genuine(
    callbacks: Callbacks, provider: str, delivery_id: str, parameters: list[tuple[str, str]], given: str
) -> bool:
    token = callbacks.tokens.get(provider)
    url = f"{callback_url(callbacks.origin, provider)}/{delivery_id}"
    genuine = token is not None and is_genuine(token.get_secret_value(), url, parameters, given)
    if not genuine:
        metrics.CALLBACKS.labels(provider if token else "none", "forged").inc()
    return genuine


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise ProblemError("bodyTooLarge")
    return bytes(body)


def _parameters(body: bytes) -> list[tuple[str, str]]:
    """The form's fields. Total: what cannot be read has no fields, and no valid signature either."""
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        return []
