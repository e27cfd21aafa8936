"""Texts by Amazon SNS and mail by SES, against servers that check each signature. They need the extra `aws`."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from services.kit.clock import SystemClock
from services.notifier.providers.amazon.ses import SesMail
from services.notifier.providers.amazon.signing import Signer
from services.notifier.providers.amazon.sns import SnsTexts
from services.notifier.providers.base import Message, PermanentError, Provider, TransientError
from services.notifier.providers.network import Caller
from tests.contract.providers.test_gateways import GatewayBehaviour
from tests.support.services.gateways import AmazonGateway, Gateway, SesGateway, SnsGateway
from tests.support.services.providers import message

pytest.importorskip("awscrt")
CLOCK = SystemClock()


def signer(server: AmazonGateway, secret: SecretStr | None = None) -> Signer:
    return Signer(server.service, server.region, server.key_id, secret or server.secret)


class TestSns(GatewayBehaviour):
    """Texts by SNS."""

    gateway = SnsGateway

    def of(self, server: Gateway, caller: Caller) -> SnsTexts:
        assert isinstance(server, SnsGateway)
        return SnsTexts(server.account(), caller, signer(server), CLOCK)

    async def test_a_code_goes_out_as_transactional_and_under_the_organisations_name(
        self, server: Gateway, provider: Provider
    ) -> None:
        await provider.send(replace(message(), sender="+12025550142"))
        await provider.send(message())
        names = [one["MessageAttributes.entry.2.Name"] for one in server.messages]
        assert names == ["AWS.SNS.SMS.SenderID", "AWS.MM.SMS.OriginationNumber"]
        assert server.messages[0]["MessageAttributes.entry.1.Value.StringValue"] == "Transactional"
        assert server.messages[0]["Message"] == message().body

    async def test_a_wrong_secret_is_the_operators_affair(self, server: SnsGateway) -> None:
        async with httpx.AsyncClient() as opened:
            wrong = SnsTexts(server.account(), Caller(opened), signer(server, SecretStr("wrong")), CLOCK)
            with pytest.raises(TransientError) as raised:
                await wrong.send(message())
        assert (raised.value.reason, server.messages) == ("providerRefused", [])


class TestSes(GatewayBehaviour):
    """Mail by SES."""

    gateway = SesGateway

    def of(self, server: Gateway, caller: Caller) -> SesMail:
        assert isinstance(server, SesGateway)
        return SesMail(server.account(), caller, signer(server), CLOCK)

    def message(self) -> Message:
        return Message("d-1", "sam@northbridge.example", "text", mark="", subject="S", html="<p>")

    async def test_a_name_that_is_not_ascii_is_encoded(self, server: Gateway, provider: Provider) -> None:
        await provider.send(self.message())
        assert server.messages[0]["from"] == "=?utf-8?q?N=C3=B6rthbridge?= <security-info@northbridge.example>"

    @pytest.mark.parametrize("said", ["Configuration set does not exist", ""])
    async def test_a_bad_request_that_is_not_about_the_address_is_ours(self, server: Gateway, said: str) -> None:
        answer = httpx.Response(400, json={"message": said}, headers={"x-amzn-ErrorType": "BadRequestException"})
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as opened:
            with pytest.raises(TransientError) as raised:
                await self.of(server, Caller(opened)).send(self.message())
        assert raised.value.reason == "providerRefused"
        assert not isinstance(raised.value, PermanentError)


async def test_the_signature_is_that_of_amazons_own_example() -> None:
    """`get-vanilla` of the test suite of Signature Version 4, for a service named "service"."""
    example = Signer("sns", "us-east-1", "AKIDEXAMPLE", SecretStr("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
    example._service = "service"  # type: ignore[assignment]
    at = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    signed = await example.signed("GET", "https://example.amazonaws.com/", {}, b"", at)
    assert signed["Authorization"].endswith("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


async def test_without_a_key_that_of_the_surroundings_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDSURROUNDINGS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    signed = await Signer("ses", "eu-west-1").signed("POST", "https://email.example/", {}, b"", CLOCK.now())
    assert "Credential=AKIDSURROUNDINGS/" in signed["Authorization"]


async def test_a_key_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent then, and another provider can have the message."""
    signer = Signer("sns", "eu-west-1", "AKIDEXAMPLE", SecretStr("key"))
    monkeypatch.setattr(signer._auth, "aws_sign_request", lambda *_: Future[object]())
    monkeypatch.setattr(signer, "within", 0.05)
    with pytest.raises(TransientError):
        await signer.signed("POST", "https://sns.example/", {}, b"", CLOCK.now())
