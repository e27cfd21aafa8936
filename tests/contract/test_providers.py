"""Each provider shows the behaviour that they share, against a server that speaks its protocol."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from services.notifier.providers.base import Inquiring, Message, OutcomeUnknownError, Provider
from services.notifier.providers.observed import observed
from services.notifier.providers.twilio import TwilioTexts
from services.notifier.providers.twilio_calls import TwilioCalls
from tests.support.kafka import free_port
from tests.support.providers import NUMBER, TwilioBehaviour, TwilioServer, message, twilio

CALLBACKS = "http://127.0.0.1:8030/callbacks/twilio/twilio-t"


class TestTwilioTexts(TwilioBehaviour):
    """Texts through Twilio, as the service uses them: measured and logged."""

    @pytest.fixture
    async def server(self) -> AsyncIterator[TwilioServer]:
        async with twilio() as running:
            yield running

    @pytest.fixture
    async def provider(self, server: TwilioServer) -> AsyncIterator[Provider]:
        async with httpx.AsyncClient() as client:
            yield observed(TwilioTexts(server.account(), client, CALLBACKS), "sms")

    def unreachable(self) -> Provider:
        nobody = TwilioServer(port=free_port())
        return observed(TwilioTexts(nobody.account(), httpx.AsyncClient(), CALLBACKS), "sms")

    async def test_callbacks_go_to_the_delivery(self, server: TwilioServer, provider: Provider) -> None:
        await provider.send(message("d-7"))
        assert server.messages[0]["callback"] == f"{CALLBACKS}/d-7"

    async def test_a_text_is_found_by_its_mark(self, provider: Provider) -> None:
        assert isinstance(provider, Inquiring)
        began = datetime.now(UTC)
        await provider.send(message())
        assert await provider.find(message(mark="@localhost #654321"), since=began) is None

    async def test_an_unreadable_success_has_no_id(self, server: TwilioServer, provider: Provider) -> None:
        server.mode = "garbage"
        assert (await provider.send(message())).message_id is None

    async def test_a_gateway_that_gives_up_leaves_the_outcome_open(self) -> None:
        answers = httpx.MockTransport(lambda _: httpx.Response(504))
        async with httpx.AsyncClient(transport=answers) as client:
            with pytest.raises(OutcomeUnknownError):
                await TwilioTexts(TwilioServer(port=1).account(), client, CALLBACKS).send(message())


class TestTwilioCalls(TwilioBehaviour):
    """Calls through Twilio."""

    @pytest.fixture
    async def server(self) -> AsyncIterator[TwilioServer]:
        async with twilio() as running:
            yield running

    @pytest.fixture
    async def provider(self, server: TwilioServer) -> AsyncIterator[Provider]:
        async with httpx.AsyncClient() as client:
            yield observed(TwilioCalls(server.account(), client, CALLBACKS), "voice")

    def message(self) -> Message:
        return Message("d-1", NUMBER, body="", mark="")

    def unreachable(self) -> Provider:
        nobody = TwilioServer(port=free_port())
        return observed(TwilioCalls(nobody.account(), httpx.AsyncClient(), CALLBACKS), "voice")

    async def test_an_extension_is_dialled_after_the_answer(self, server: TwilioServer, provider: Provider) -> None:
        await provider.send(replace(self.message(), to=f"{NUMBER};ext=12"))
        call = server.messages[0]
        assert (call["to"], call["digits"]) == (NUMBER, "wwww12")
        assert (call["callback"], call["url"]) == (f"{CALLBACKS}/d-1", f"{CALLBACKS}/d-1/voice")
