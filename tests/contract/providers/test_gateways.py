"""Each further provider shows the behaviour that all share, against a server that speaks its protocol."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr

from services.kit.clock import SystemClock
from services.kit.config.file import ConfigError
from services.notifier.domain.receipts import DeliveryReceipt
from services.notifier.providers import standard_webhooks as signing
from services.notifier.providers.base import (
    Acceptance,
    ForgedReportError,
    Inquiring,
    Message,
    OutcomeUnknownError,
    PermanentError,
    Provider,
    Report,
    TransientError,
)
from services.notifier.providers.network import Caller
from services.notifier.providers.observed import observed
from services.notifier.providers.sinch import SinchTexts
from services.notifier.providers.vonage import VonageTexts, signature
from services.notifier.providers.webhook import Webhook
from tests.support.clock import NOON, FixedClock
from tests.support.servers.process import free_port
from tests.support.services.gateways import Gateway, SinchGateway, VonageGateway, WebhookGateway, running
from tests.support.services.providers import NUMBER, ProviderBehaviour, message

ROOT = Path(__file__).parents[3]
REPORTS = "http://127.0.0.1:8030/callbacks/hook"
CLOCK = SystemClock()
IMPATIENT = 0.4
"""Seconds: the time-out is one for all callers of an API, and waited for in full once (Twilio's)."""


def told(outcome: Literal["accepted", "delivered", "failed"], **more: Any) -> DeliveryReceipt:
    """Of our message `d-1`, which the provider calls `m-1`."""
    return DeliveryReceipt(outcome=outcome, **({"delivery_id": "d-1", "message_id": "m-1"} | more))


class GatewayBehaviour(ProviderBehaviour):
    """What adapters share that call an API; `of` makes one for its server, which is a `gateway`."""

    gateway: ClassVar[type[Gateway]]

    @pytest.fixture
    async def server(self) -> AsyncIterator[Gateway]:
        async with running(self.gateway()) as opened:
            yield opened

    @pytest.fixture
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient() as opened:
            yield opened

    @pytest.fixture
    async def provider(self, server: Gateway, client: httpx.AsyncClient) -> Provider:
        return observed(self.of(server, Caller(client)), "sms")

    @pytest.fixture
    async def impatient(self, server: Gateway, client: httpx.AsyncClient) -> Provider:
        return observed(self.of(server, Caller(client, within=IMPATIENT)), "sms")

    def unreachable(self) -> Provider:
        return self.of(self.gateway(port=free_port()), Caller(httpx.AsyncClient()))

    def of(self, server: Gateway, caller: Caller) -> Provider:
        raise NotImplementedError

    async def test_a_gateway_that_gives_up_leaves_the_outcome_open(self, server: Gateway) -> None:
        answers = httpx.MockTransport(lambda _: httpx.Response(504))
        async with httpx.AsyncClient(transport=answers) as opened:
            with pytest.raises(OutcomeUnknownError):
                await self.of(server, Caller(opened)).send(self.message())

    async def test_no_redirect_is_followed(self, server: Gateway) -> None:
        answers = httpx.MockTransport(lambda _: httpx.Response(307, headers={"Location": server.url}))
        async with httpx.AsyncClient(transport=answers, follow_redirects=True) as opened:
            with pytest.raises(TransientError):
                await self.of(server, Caller(opened)).send(self.message())
        assert server.messages == []


class TestWebhook(GatewayBehaviour):
    """Our own contract."""

    gateway = WebhookGateway

    def of(self, server: Gateway, caller: Caller) -> Webhook:
        assert isinstance(server, WebhookGateway)
        return Webhook(server.account(), "sms", caller, CLOCK, keys=[server.key], reports=REPORTS)

    async def test_a_message_that_comes_again_is_the_same_message(self, server: Gateway, provider: Provider) -> None:
        first = await provider.send(message("d-7"))
        assert await provider.send(message("d-7")) == first
        (taken,) = server.messages
        assert (taken["id"], taken["webhookId"], taken["type"]) == ("d-7", "d-7", "message.requested")
        assert taken["reportTo"] == f"{REPORTS}/d-7"

    async def test_it_says_all_that_a_mail_needs(self, server: Gateway, provider: Provider) -> None:
        mail = Message("d-1", "sam@n.example", "text", mark="", life=timedelta(minutes=5), subject="S", html="<p>")
        await provider.send(replace(mail, sender="us@n.example", sender_name="Us"))
        taken = server.messages[0]
        assert [taken[name] for name in ("subject", "html", "text", "sender", "senderName")] == [
            *("S", "<p>", "text", "us@n.example", "Us")
        ]
        assert datetime.fromisoformat(taken["expiresAt"]) > datetime.now(UTC) + timedelta(minutes=4)

    async def test_who_has_no_key_gets_nothing_through(self, server: WebhookGateway) -> None:
        async with httpx.AsyncClient() as opened:
            stranger = Webhook(server.account(), "sms", Caller(opened), CLOCK, keys=[b"1" * 32], reports=REPORTS)
            with pytest.raises(TransientError) as raised:
                await stranger.send(message())
            exchanged = [b"1" * 32, server.key]
            await Webhook(server.account(), "sms", Caller(opened), CLOCK, keys=exchanged, reports=REPORTS).send(
                message()
            )
        assert (raised.value.reason, len(server.messages)) == ("providerRefused", 1)


class TestVonage(GatewayBehaviour):
    """Texts by Vonage."""

    gateway = VonageGateway

    def of(self, server: Gateway, caller: Caller) -> VonageTexts:
        assert isinstance(server, VonageGateway)
        return VonageTexts(
            server.account(),
            caller,
            secret=SecretStr(server.secret),
            signed_by=SecretStr("s"),
            reports=REPORTS,
            clock=FixedClock(),
        )

    @pytest.mark.parametrize(("code", "error"), [("7", PermanentError), ("9", TransientError), ("new", TransientError)])
    async def test_a_code_in_an_answer_of_200_says_what_is_wrong(
        self, server: VonageGateway, provider: Provider, code: str, error: type[Exception]
    ) -> None:
        server.mode, server.code = "reject", code
        with pytest.raises(error):
            await provider.send(message())

    async def test_other_letters_are_unicode_and_what_it_reports_is_about_the_delivery(
        self, server: Gateway, provider: Provider
    ) -> None:
        await provider.send(Message("d-7", NUMBER, "Zürich", mark=""))
        await provider.send(message("d-8"))
        assert [one["type"] for one in server.messages] == ["text", "unicode"]
        assert server.messages[1]["callback"] == f"{REPORTS}/d-7"

    @pytest.mark.parametrize(
        ("status", "more", "receipt"),
        [
            ("buffered", {}, told("accepted")),
            ("delivered", {}, told("delivered")),
            ("failed", {"err-code": "6"}, told("failed", permanent=True)),
            ("expired", {"err-code": "1"}, told("failed")),
            ("new", {}, None),
            ("delivered", {"client-ref": "another"}, told("delivered", delivery_id="another")),
        ],
    )
    def test_a_signed_receipt_is_read_as_a_form_and_as_json(
        self, status: str, more: dict[str, str], receipt: DeliveryReceipt | None
    ) -> None:
        named = {"messageId": "m-1", "client-ref": "d-1"}
        fields = named | {"status": status, "timestamp": str(int(NOON.timestamp())), "to": "a&b=c", **more}
        fields["sig"] = signature(SecretStr("s"), fields).upper()
        adapter = self.of(VonageGateway(port=1), Caller(httpx.AsyncClient()))
        form = Report({"content-type": "application/x-www-form-urlencoded"}, urlencode(fields).encode())
        as_json = Report({"content-type": "application/json"}, json.dumps(fields).encode())
        assert adapter.read_report(form) == adapter.read_report(as_json) == receipt

    @pytest.mark.parametrize(
        "change", [{"sig": "0"}, {"status": "delivered "}, {"timestamp": str(int(NOON.timestamp()) - 400)}, {"sig": ""}]
    )
    def test_a_receipt_that_is_forged_changed_or_old_is_refused(self, change: dict[str, str]) -> None:
        fields = {"messageId": "m-1", "status": "delivered", "timestamp": str(int(NOON.timestamp()))}
        if "timestamp" in change:
            fields |= change
        fields["sig"] = signature(SecretStr("s"), fields)
        fields |= {name: value for name, value in change.items() if name != "timestamp"}
        adapter = self.of(VonageGateway(port=1), Caller(httpx.AsyncClient()))
        with pytest.raises(ForgedReportError):
            adapter.read_report(Report({}, urlencode(fields).encode()))


class TestSinch(GatewayBehaviour):
    """Texts by Sinch."""

    gateway = SinchGateway

    def of(self, server: Gateway, caller: Caller) -> SinchTexts:
        assert isinstance(server, SinchGateway)
        return SinchTexts(server.account(), caller, token=SecretStr(server.token), clock=CLOCK)

    async def test_what_was_taken_is_found_by_our_id(self, server: Gateway, provider: Provider) -> None:
        assert isinstance(provider, Inquiring)
        assert await provider.find(message("d-7"), since=NOON) is None
        await provider.send(message("d-7"))
        assert await provider.find(message("d-7"), since=NOON) == Acceptance(server.messages[0]["sid"])
        assert await provider.find(message("d-8"), since=NOON) is None

    async def test_nothing_is_delivered_once_its_code_is_dead(self, server: Gateway, provider: Provider) -> None:
        await provider.send(replace(message(), life=timedelta(minutes=5)))
        assert datetime.fromisoformat(server.messages[0]["expire_at"]) > datetime.now(UTC)


# Signatures


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of Standard Webhooks' own libraries."""
    key = signing.key_of(SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "env:HOOK")
    at = datetime.fromtimestamp(1614265330, UTC)
    given = signing.headers([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)
    assert given["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "no base64!", f"whsec_{'A' * 200}"])
def test_a_secret_that_is_none_stops_the_start(secret: str) -> None:
    with pytest.raises(ConfigError, match="env:HOOK"):
        signing.key_of(SecretStr(secret), "env:HOOK")


def signed(body: bytes, key: bytes = WebhookGateway.key, at: datetime = NOON) -> Report:
    return Report(signing.headers([key], "r-1", body, at), body)


def hook() -> Webhook:
    account = WebhookGateway(port=1).account()
    caller = Caller(httpx.AsyncClient())
    return Webhook(account, "sms", caller, FixedClock(), keys=[WebhookGateway.key], reports=REPORTS)


@pytest.mark.parametrize(
    ("body", "receipt"),
    [
        ({"type": "message.delivered", "data": {"messageId": "d-1", "id": "m-1"}}, told("delivered")),
        ({"type": "message.failed", "data": {"messageId": "d-1"}}, told("failed", message_id=None)),
        (
            {"type": "message.failed", "data": {"permanent": True}},
            told("failed", delivery_id="", message_id=None, permanent=True),
        ),
        ({"type": "message.read", "data": {}}, None),
        ({"type": "message.delivered", "data": 1}, None),
        (["message.delivered"], None),
    ],
)
def test_a_report_is_read_whatever_it_says(body: object, receipt: DeliveryReceipt | None) -> None:
    assert hook().read_report(signed(json.dumps(body).encode())) == receipt
    assert hook().read_report(signed(b"[" * 100_000)) is None


@pytest.mark.parametrize(
    "report",
    [
        Report({}, b"{}"),
        signed(b"{}", key=b"1" * 32),
        signed(b"{}", at=NOON - timedelta(minutes=6)),
        signed(b"{}", at=NOON + timedelta(minutes=6)),
        replace(signed(b"{}"), body=b'{"a": 1}'),
        Report({**signed(b"{}").headers, "webhook-timestamp": "²"}, b"{}"),
        Report({**signed(b"{}").headers, "webhook-signature": "v1, é"}, b"{}"),
    ],
    ids=["unsigned", "other key", "old", "early", "changed", "no time", "no signature"],
)
def test_a_report_that_is_not_ours_is_refused(report: Report) -> None:
    with pytest.raises(ForgedReportError):
        hook().read_report(report)


# The example
