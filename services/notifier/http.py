"""Requests in: what providers report, and what they ask for while a call lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from services.notifier import metrics
from services.notifier.channels.voice import Script
from services.notifier.dependencies import Dependencies
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.receipts import DeliveryReceipt
from services.notifier.handlers import calls
from services.notifier.handlers.endings import note_receipt
from services.notifier.providers.base import Collecting, ForgedReportError, Report, Reporting
from services.notifier.providers.twilio import is_genuine, read_receipt
from services.notifier.providers.twiml import MEDIA_TYPE

MAX_BODY = 16 * 1024
MAX_BODY_OF_MANY = 3 * 1024 * 1024
"""Where a provider tells of many messages at once: as much as Meta may send."""
MOST_FIELDS = 100
DONE = 204
FORBIDDEN = 403

router = APIRouter()


@dataclass(frozen=True)
class Callbacks:
    """What taking callbacks needs; found by the routes as `request.app.state.callbacks`.

    Twilio signs the address as it was given, so `origin` counts and not what a proxy makes of it. `reporting` are the
    other providers that tell what became of a message, `collecting` those that tell of many at once.
    """

    origin: str
    tokens: Mapping[str, SecretStr]
    deps: Dependencies
    script: Script
    reporting: Mapping[str, Reporting]
    collecting: Mapping[str, Collecting] = field(default_factory=dict)


def callback_url(origin: str, provider: str) -> str:
    """Where a Twilio account reports to; a `/` and the id of the delivery follow."""
    return f"{origin}/callbacks/twilio/{provider}"


def report_url(origin: str, provider: str) -> str:
    """Where any other provider reports to; a `/` and the id of the delivery follow."""
    return f"{origin}/callbacks/{provider}"


@router.post("/callbacks/{provider}/{delivery_id}", status_code=DONE, include_in_schema=False)
async def provider_report(provider: str, delivery_id: str, request: Request) -> Response:
    """Take a report that the provider's adapter knows to be genuine. Repeated, late or unknown ones change nothing.

    Nobody signs the address: what was signed must name the same message, or a genuine report could be sent anew about
    another one.
    """
    callbacks: Callbacks = request.app.state.callbacks
    adapter = callbacks.reporting.get(provider)
    report = await _report(request)
    try:
        receipt = adapter.read_report(report) if adapter else None
    except ForgedReportError:
        adapter = None
    if adapter is None or (receipt and receipt.delivery_id != delivery_id):
        metrics.CALLBACKS.labels(provider if provider in callbacks.reporting else "none", "forged").inc()
        return Response(status_code=FORBIDDEN)
    delivery = await callbacks.deps.store.by_id(delivery_id)
    await _note(callbacks, provider, delivery, receipt)
    return Response(status_code=DONE)


@router.post("/callbacks/{provider}", status_code=DONE, include_in_schema=False)
async def collected_reports(provider: str, request: Request) -> Response:
    """Take a report of many messages that the provider's adapter knows to be genuine."""
    callbacks: Callbacks = request.app.state.callbacks
    adapter = callbacks.collecting.get(provider)
    try:
        receipts = adapter.read_reports(await _report(request)) if adapter else None
    except ForgedReportError:
        receipts = None
    if receipts is None:
        metrics.CALLBACKS.labels(provider if adapter else "none", "forged").inc()
        return Response(status_code=FORBIDDEN)
    for receipt in receipts:
        delivery = await callbacks.deps.store.by_id(receipt.delivery_id or "")
        await _note(callbacks, provider, delivery, receipt)
    return Response(status_code=DONE)


@router.get("/callbacks/{provider}", include_in_schema=False)
async def confirm_address(provider: str, request: Request) -> Response:
    """Tell a provider that the address for its reports is ours, if it is the one that asks."""
    callbacks: Callbacks = request.app.state.callbacks
    adapter = callbacks.collecting.get(provider)
    answer = adapter.confirmed(request.query_params) if adapter else None
    return Response(status_code=FORBIDDEN) if answer is None else Response(answer, media_type="text/plain")


@router.post("/callbacks/twilio/{provider}/{delivery_id}", status_code=DONE, include_in_schema=False)
async def twilio_callback(provider: str, delivery_id: str, request: Request) -> Response:
    """Take a signed status callback. What is genuine but repeated, late or unknown changes nothing."""
    callbacks: Callbacks = request.app.state.callbacks
    parameters = await _genuine(callbacks, provider, delivery_id, request)
    if parameters is None:
        return Response(status_code=FORBIDDEN)
    delivery = await callbacks.deps.store.by_id(delivery_id)
    await _note(callbacks, provider, delivery, read_receipt(parameters))
    return Response(status_code=DONE)


async def _report(request: Request) -> Report:
    return Report({name.lower(): value for name, value in request.headers.items()}, await request.body())


async def _note(
    callbacks: Callbacks, provider: str, delivery: Delivery | None, receipt: DeliveryReceipt | None
) -> None:
    if receipt is None or delivery is None:
        metrics.CALLBACKS.labels(provider, "unknown").inc()
        return
    deps = callbacks.deps
    await note_receipt(delivery, receipt, provider=provider, store=deps.store, clock=deps.clock)
    metrics.CALLBACKS.labels(provider, "taken").inc()


@router.post("/callbacks/twilio/{provider}/{delivery_id}/voice", include_in_schema=False)
async def twilio_call(provider: str, delivery_id: str, request: Request) -> Response:
    """Say what a call that was answered is about. One that is over, or unknown, says goodbye."""
    callbacks: Callbacks = request.app.state.callbacks
    if await _genuine(callbacks, provider, f"{delivery_id}/voice", request) is None:
        return Response(status_code=FORBIDDEN)
    deps = callbacks.deps
    delivery = await deps.store.by_id(delivery_id)
    keys_url = _keys_url(callbacks, provider, delivery_id, rounds=1)
    said = calls.answered(delivery, keys_url=keys_url, script=callbacks.script, deps=deps)
    return Response(said, media_type=MEDIA_TYPE)


@router.post("/callbacks/twilio/{provider}/{delivery_id}/keys/{rounds}", include_in_schema=False)
async def twilio_keys(provider: str, delivery_id: str, rounds: int, request: Request) -> Response:
    callbacks: Callbacks = request.app.state.callbacks
    parameters = await _genuine(callbacks, provider, f"{delivery_id}/keys/{rounds}", request)
    if parameters is None:
        return Response(status_code=FORBIDDEN)
    deps = callbacks.deps
    said = await calls.pressed(
        await deps.store.by_id(delivery_id),
        parameters.get("Digits", ""),
        rounds,
        keys_url=_keys_url(callbacks, provider, delivery_id, rounds=rounds + 1),
        script=callbacks.script,
        deps=deps,
    )
    return Response(said, media_type=MEDIA_TYPE)


def _keys_url(callbacks: Callbacks, provider: str, delivery_id: str, *, rounds: int) -> str:
    return f"{callback_url(callbacks.origin, provider)}/{delivery_id}/keys/{rounds}"


async def _genuine(callbacks: Callbacks, provider: str, path: str, request: Request) -> dict[str, str] | None:
    """The fields of a request that the provider signed; None for any other."""
    parameters = _parameters(await request.body())
    token = callbacks.tokens.get(provider)
    url = f"{callback_url(callbacks.origin, provider)}/{path}"
    given = request.headers.get("X-Twilio-Signature", "")
    if token is not None and is_genuine(token.get_secret_value(), url, parameters, given):
        return dict(parameters)
    metrics.CALLBACKS.labels(provider if token else "none", "forged").inc()
    return None


def _parameters(body: bytes) -> list[tuple[str, str]]:
    """The form's fields. Total: what cannot be read has no fields, and no valid signature either."""
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        return []
