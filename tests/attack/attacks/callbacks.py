"""What strangers send to the addresses at which providers report: each route of the notifier, for each kind of them.
Nobody knows their secrets, so that nothing is looked up; who looks all the same finds no database here."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import SecretStr

from services.kit.clock import SystemClock
from services.kit.http.app import build_app
from services.notifier.channels.voice import Script
from services.notifier.http import MAX_BODY, Callbacks, report_url, router
from services.notifier.providers import standard_webhooks, whatsapp
from services.notifier.providers.base import ForgedReportError, Report, Reporting
from services.notifier.providers.network import Caller
from services.notifier.providers.vonage import VonageTexts
from services.notifier.providers.webhook import Webhook
from services.notifier.providers.whatsapp import WhatsAppCloud
from tests.attack.attempt import Attempt, Plan, judged
from tests.attack.scene import Scene
from tests.support.services.gateways import VonageGateway, WebhookGateway
from tests.support.services.whatsapp import PHONE, WhatsAppGateway

ORIGIN = "http://127.0.0.1:8030"
PROVIDERS = ("twilio-a", "vonage", "hook", "meta", "nobody")
SECRET, KEY = SecretStr("nobody knows it"), b"1" * 32
REFUSED = frozenset({400, 403, 404, 413, 422})
HALF_A_LETTER = "\ud800"


Reader = tuple[str, Callable[[bytes], object], tuple[type[Exception], ...], Sequence[bytes]]


@dataclass(frozen=True)
class Adapters:
    """One of each kind that reads reports."""

    vonage: VonageTexts
    webhook: Webhook
    meta: WhatsAppCloud

    @classmethod
    def made(cls, clock: SystemClock) -> "Adapters":
        """With secrets that nobody knows."""
        caller, account = Caller(httpx.AsyncClient()), VonageGateway(port=1).account()
        return cls(
            VonageTexts(account, caller, secret=SECRET, signed_by=SECRET, reports=ORIGIN, clock=clock),
            Webhook(
                WebhookGateway(port=1).account(), "sms", caller, clock, keys=[KEY], reports=report_url(ORIGIN, "hook")
            ),
            WhatsAppCloud(
                WhatsAppGateway(port=1).account(), caller, token=SECRET, signed_by=SECRET, verified_by=SECRET
            ),
        )


def readers() -> list[Reader]:
    """What reads them, as parsers are tried: by name, what each refuses, and samples. Where the whole body is signed it
    is as the holder of the secret would sign it."""
    clock = SystemClock()
    adapters = Adapters.made(clock)

    def of_webhook(body: bytes) -> object:
        return adapters.webhook.read_report(Report(standard_webhooks.headers([KEY], "r-1", body, clock.now()), body))

    def of_meta(body: bytes) -> object:
        return adapters.meta.read_reports(Report({whatsapp.SIGNATURE: whatsapp.signature(SECRET, body)}, body))

    def of_vonage(body: bytes) -> object:
        return adapters.vonage.read_report(Report({"content-type": "application/json"}, body))

    told = {"timestamp": f"{int(clock.now().timestamp())}", "client-ref": "d-1", "status": "failed", "sig": "0" * 64}
    status = {"biz_opaque_callback_data": "d-1", "id": "m-1", "status": "failed", "errors": [{"code": 131026}]}
    value = {"metadata": {"phone_number_id": PHONE}, "statuses": [status]}
    many = json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()
    one = b'{"type": "message.failed", "data": {"messageId": "d-1", "id": "m-1", "permanent": true}}'
    return [
        ("report of a webhook", of_webhook, (), [one]),
        ("report of WhatsApp", of_meta, (), [many, many.replace(b"131026", b"[]")]),
        ("report of Vonage", of_vonage, (ForgedReportError,), [json.dumps(told).encode()]),
    ]


async def reports(_: Scene, __: Plan) -> AsyncIterator[Attempt]:
    """Without a signature, with one of somebody else's, with what is none; in bodies that nobody expects."""
    clock = SystemClock()
    app = _notifier(clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        for route in router.routes:
            for method, path in _addresses(cast("APIRoute", route)):
                for what, (headers, body) in _requests(clock).items():
                    response = await http.request(method, path, headers=headers, content=body)
                    yield judged(f"{method} {path}: {what}", response, REFUSED, (SECRET.get_secret_value(),))


def _notifier(clock: SystemClock) -> FastAPI:
    """Its HTTP side, without a database behind it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    adapters = Adapters.made(clock)
    app = build_app("notifier", readiness={}, lifespan=lifespan, max_body=MAX_BODY)
    reporting: Mapping[str, Reporting] = {"vonage": adapters.vonage, "hook": adapters.webhook}
    tokens = {"twilio-a": SECRET}
    app.state.callbacks = Callbacks(ORIGIN, tokens, cast("Any", None), Script(), reporting, {"meta": adapters.meta})
    app.include_router(router)
    return app


def _addresses(route: APIRoute) -> Iterator[tuple[str, str]]:
    for provider in PROVIDERS:
        path = route.path.format(provider=provider, delivery_id="01a21084-a8a9-7ffa-8174-ce48b89ab04a", rounds=1)
        for method in sorted(route.methods or ()):
            yield method, path


def _requests(clock: SystemClock) -> Mapping[str, tuple[Mapping[str, Any], bytes]]:
    """Headers and bodies, by what is odd about them. Times are of now: an old one is refused before all else."""
    now = str(int(clock.now().timestamp()))
    signed = {
        "X-Twilio-Signature": b"\xe9",
        "X-Hub-Signature-256": b"sha256=\xe9",
        "webhook-id": b"\xe9",
        "webhook-timestamp": now,
        "webhook-signature": b"v1,\xe9 v1, v1,AAAA",
    }
    form = {**signed, "Content-Type": "application/x-www-form-urlencoded"}
    told = {"timestamp": now, "client-ref": "d-1", "status": "delivered"}
    of_json = {**signed, "Content-Type": "application/json"}
    return {
        "nothing": ({}, b""),
        "no text": (form, b"\xff\xfe\x00"),
        "a form": (form, urlencode({**told, "sig": "0" * 64}).encode()),
        "a form with half a letter": (form, f"timestamp={now}&sig=%ED%A0%80&a=%ff".encode()),
        "a thousand fields": (form, "&".join(f"a{number}=1" for number in range(1000)).encode()),
        "JSON": (of_json, json.dumps({**told, "sig": "0" * 64}).encode()),
        "half a letter as signature": (of_json, json.dumps({**told, "sig": HALF_A_LETTER}).encode()),
        "half a letter in a field": (of_json, json.dumps({**told, "a": HALF_A_LETTER}).encode()),
        "half a letter in a name": (of_json, json.dumps({**told, HALF_A_LETTER: "a"}).encode()),
        "deep": (of_json, b"[" * 10_000),
        "no number": (of_json, f'{{"timestamp": "{now}", "a": NaN, "b": {"9" * 5000}}}'.encode()),
        "too much": (of_json, b" " * (MAX_BODY + 1)),
    }
