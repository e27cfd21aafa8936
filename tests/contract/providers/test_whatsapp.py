"""WhatsApp by the Cloud API, against a server that speaks it."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from services.notifier.domain.receipts import DeliveryReceipt
from services.notifier.providers.base import (
    Collecting,
    ForgedReportError,
    Message,
    PermanentError,
    Provider,
    Report,
    TransientError,
)
from services.notifier.providers.network import Caller
from services.notifier.providers.whatsapp import SIGNATURE, WhatsAppCloud, nearest, signature
from tests.contract.providers.test_gateways import GatewayBehaviour
from tests.support.services.gateways import Gateway
from tests.support.services.providers import NUMBER
from tests.support.services.whatsapp import WhatsAppGateway, reported

SERVER = WhatsAppGateway(port=1)
OURS = {"id": "wamid.1", "biz_opaque_callback_data": "d-1"}


def cloud(server: WhatsAppGateway, caller: Caller) -> WhatsAppCloud:
    return WhatsAppCloud(
        server.account(),
        caller,
        token=SecretStr(server.token),
        signed_by=SecretStr(server.app_secret),
        verified_by=SecretStr(server.verify_token),
    )


class TestWhatsApp(GatewayBehaviour):
    """Templates with a code."""

    gateway = WhatsAppGateway

    def of(self, server: Gateway, caller: Caller) -> WhatsAppCloud:
        assert isinstance(server, WhatsAppGateway)
        return cloud(server, caller)

    def message(self) -> Message:
        return Message("d-1", NUMBER, "123456", "123456", locale="de-AT")

    async def test_the_template_has_the_code_and_the_persons_language(
        self, server: Gateway, provider: Provider
    ) -> None:
        await provider.send(self.message())
        await provider.send(replace(self.message(), locale="fr"))
        first, second = reversed(server.messages)
        assert (first["code"], first["ours"], first["template"]) == ("123456", "d-1", "sign_in_code")
        assert (first["language"], second["language"]) == ("de", "en_GB")

    @pytest.mark.parametrize(
        ("status", "code", "error", "reason"),
        [
            (400, 131026, PermanentError, None),
            (404, 132001, TransientError, "providerRefused"),
            (400, 100, TransientError, "providerRefused"),
            (400, 131056, TransientError, "providerRefused"),
            (500, 131000, TransientError, "providerUnavailable"),
        ],
    )
    async def test_a_code_says_whether_it_is_the_number_or_us(
        self, server: WhatsAppGateway, provider: Provider, status: int, code: int, error: type[Exception], reason: str
    ) -> None:
        server.mode, server.status, server.code = "reject", status, code
        with pytest.raises(error) as raised:
            await provider.send(self.message())
        assert getattr(raised.value, "reason", None) == reason
        assert str(code) in str(raised.value)

    async def test_a_limit_of_one_number_says_nothing_of_the_next_message(
        self, server: WhatsAppGateway, provider: Provider
    ) -> None:
        server.mode, server.code = "reject", 131056
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert (raised.value.of_message, raised.value.retry_after) == (True, None)


def read(body: bytes, given: str | None = None) -> tuple[DeliveryReceipt, ...]:
    headers = {SIGNATURE: signature(SecretStr(SERVER.app_secret), body) if given is None else given}
    adapter = cloud(SERVER, Caller(httpx.AsyncClient()))
    assert isinstance(adapter, Collecting)
    return adapter.read_reports(Report(headers, body))


@pytest.mark.parametrize(
    ("status", "more", "receipt"),
    [
        ("sent", {}, DeliveryReceipt(outcome="accepted", delivery_id="d-1", message_id="wamid.1")),
        ("delivered", {}, DeliveryReceipt(outcome="delivered", delivery_id="d-1", message_id="wamid.1")),
        ("read", {}, DeliveryReceipt(outcome="delivered", delivery_id="d-1", message_id="wamid.1")),
        ("failed", {}, DeliveryReceipt(outcome="failed", delivery_id="d-1", message_id="wamid.1")),
        (
            "failed",
            {"errors": [{"code": 131026}]},
            DeliveryReceipt(outcome="failed", delivery_id="d-1", message_id="wamid.1", permanent=True),
        ),
        (
            "failed",
            {"errors": [{"code": []}, {"code": {}}], "id": "\ud800"},
            DeliveryReceipt(outcome="failed", delivery_id="d-1", message_id=None),
        ),
        ("deleted", {}, None),
        ("sent", {"biz_opaque_callback_data": "\ud800"}, None),
        ("sent", {"biz_opaque_callback_data": 7}, None),
    ],
)
def test_a_report_tells_what_became_of_each_message(
    status: str, more: dict[str, Any], receipt: DeliveryReceipt | None
) -> None:
    second = {"id": "wamid.2", "biz_opaque_callback_data": "d-2", "status": "delivered"}
    other = DeliveryReceipt(outcome="delivered", delivery_id="d-2", message_id="wamid.2")
    expected = (receipt, other) if receipt else (other,)
    assert read(reported(OURS | {"status": status} | more, second)) == expected


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"entry": [{"changes": [{"value": 1}]}]}', b"[" * 100_000])
def test_what_is_signed_and_no_report_says_nothing(body: bytes) -> None:
    assert read(body) == ()


def test_messages_of_another_number_are_somebody_elses() -> None:
    assert read(reported(OURS | {"status": "sent"}, phone="999999")) == ()


@pytest.mark.parametrize("given", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc"])
def test_what_is_not_signed_is_refused(given: str) -> None:
    with pytest.raises(ForgedReportError):
        read(reported(OURS | {"status": "delivered"}), given)


def test_a_signature_is_that_of_these_very_bytes() -> None:
    of_another = signature(SecretStr(SERVER.app_secret), reported(OURS | {"status": "sent"}))
    with pytest.raises(ForgedReportError):
        read(reported(OURS | {"status": "delivered"}), of_another)


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, "1158201444"),
        ({"hub.verify_token": "another"}, None),
        ({"hub.mode": "unsubscribe"}, None),
        ({"hub.challenge": "<script>"}, None),
        ({"hub.challenge": "1" * 257}, None),
        ({"hub.challenge": ""}, None),
    ],
)
def test_only_who_knows_our_token_is_told_that_the_address_is_ours(change: dict[str, str], answer: str | None) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": SERVER.verify_token}
    assert cloud(SERVER, Caller(httpx.AsyncClient())).confirmed(asked | change) == answer


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de-CH", "de"),
        ("en-US", "en_GB"),
        ("en-GB", "en_GB"),
        ("pt-BR", "pt_BR"),
        ("da", "en_GB"),
        ("", "en_GB"),
    ],
)
def test_the_nearest_language_of_the_template_is_taken(locale: str, language: str) -> None:
    assert nearest(locale, ("en_GB", "de", "pt_PT", "pt_BR")) == language
