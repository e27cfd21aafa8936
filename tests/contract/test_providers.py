"""Each provider shows the behaviour that they share, against a server that speaks its protocol."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.notifier.providers.base import OutcomeUnknownError, Provider
from services.notifier.providers.observed import observed
from services.notifier.providers.twilio import TwilioTexts
from tests.support.kafka import free_port
from tests.support.providers import ProviderBehaviour, TwilioServer, message, twilio

CALLBACKS = "http://127.0.0.1:8030/callbacks/twilio/twilio-t"


class TestTwilio(ProviderBehaviour):
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

    async def test_an_unreadable_success_has_no_id(self, server: TwilioServer, provider: Provider) -> None:
        server.mode = "garbage"
        assert (await provider.send(message())).message_id is None

    async def test_a_gateway_that_gives_up_leaves_the_outcome_open(self) -> None:
        answers = httpx.MockTransport(lambda _: httpx.Response(504))
        async with httpx.AsyncClient(transport=answers) as client:
            with pytest.raises(OutcomeUnknownError):
                await TwilioTexts(TwilioServer(port=1).account(), client, CALLBACKS).send(message())
