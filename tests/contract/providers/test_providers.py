"""Each provider shows the behaviour that they share, against a server that speaks its protocol."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from services.notifier.providers.base import (
    Inquiring,
    Message,
    OutcomeUnknownError,
    PermanentError,
    Provider,
    TransientError,
)
from services.notifier.providers.mail.smtp import SmtpMail
from services.notifier.providers.observed import observed
from services.notifier.providers.twilio import TwilioTexts
from services.notifier.providers.twilio_calls import TwilioCalls
from tests.support.clock import NOON, FixedClock
from tests.support.servers.mail_server import MailServer, mail_server
from tests.support.servers.process import free_port
from tests.support.services.providers import NUMBER, ProviderBehaviour, TwilioBehaviour, TwilioServer, message

CALLBACKS = "http://127.0.0.1:8030/callbacks/twilio/twilio-t"


class TestTwilioTexts(TwilioBehaviour):
    """Texts through Twilio, as the service uses them: measured and logged."""

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

    async def test_an_organisation_sends_under_its_own_name(self, server: TwilioServer, provider: Provider) -> None:
        await provider.send(message("d-8"))
        await provider.send(replace(message("d-9"), sender="SOUTHGATE"))
        assert [one["from"] for one in server.messages] == ["SOUTHGATE", server.account().sender]

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


class TestSmtp(ProviderBehaviour):
    """Mail, encrypted and with a password."""

    @pytest.fixture
    async def server(self, tmp_path: Path) -> AsyncIterator[MailServer]:
        async with mail_server(tmp_path) as running:
            yield running

    @pytest.fixture
    def provider(self, server: MailServer) -> Provider:
        return observed(SmtpMail(server.account(), FixedClock()), "email")

    def message(self) -> Message:
        html = "<p>123456 is your code.</p>"
        return Message("d-1", "sam@northbridge.example", "123456 is your code.", "", subject="Your code", html=html)

    def unreachable(self) -> Provider:
        nobody = MailServer(Path("/nowhere"), port=free_port()).account(ca_file=None)
        return observed(SmtpMail(nobody, FixedClock()), "email")

    async def test_it_has_text_and_html_and_says_what_it_is(self, server: MailServer, provider: Provider) -> None:
        await provider.send(self.message())
        (mail,) = server.mails
        assert server.encrypted == [True]
        assert mail.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        assert mail["From"] == "Northbridge <security-info@northbridge.example>"
        assert (mail["To"], mail["Subject"]) == ("sam@northbridge.example", "Your code")
        assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<d-1@northbridge.example>", "auto-generated")
        assert mail["Date"].datetime == NOON

    async def test_an_organisation_sends_under_its_own_name(self, server: MailServer, provider: Provider) -> None:
        own = replace(self.message(), sender="id@southgate.example", sender_name="Southgate, accounts")
        await provider.send(own)
        (mail,) = server.mails
        assert mail["From"] == '"Southgate, accounts" <id@southgate.example>'
        assert server.senders == ["id@southgate.example"]

    @pytest.mark.parametrize("name", ["A\r\nBcc: eve@evil.example", "A\nB"])
    async def test_a_name_never_becomes_a_header(self, server: MailServer, name: str) -> None:
        with pytest.raises(ValueError, match="CR or LF"):
            await SmtpMail(server.account(), FixedClock()).send(replace(self.message(), sender_name=name))
        assert server.mails == []

    @pytest.mark.parametrize("mode", ["policy", "spam"])
    async def test_what_is_not_about_the_address_is_the_operators_affair(
        self, server: MailServer, provider: Provider, mode: Literal["policy", "spam"]
    ) -> None:
        server.mode = mode
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert raised.value.reason == "providerRefused"

    async def test_a_busy_mailbox_pauses_nobody_else(self, server: MailServer, provider: Provider) -> None:
        server.mode = "busy"
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert (raised.value.reason, raised.value.retry_after) == ("providerUnavailable", None)

    async def test_a_connection_lost_after_the_content_leaves_the_outcome_open(
        self, server: MailServer, provider: Provider
    ) -> None:
        server.mode = "drop"
        with pytest.raises(OutcomeUnknownError):
            await provider.send(self.message())
        assert len(server.mails) == 1

    @pytest.mark.parametrize(
        "changes", [{"ca_file": None}, {"host": "localhost.localdomain"}, {"ca_file": "/nowhere.pem"}], ids=str
    )
    async def test_a_server_that_cannot_be_trusted_gets_nothing(
        self, server: MailServer, changes: dict[str, Any]
    ) -> None:
        with pytest.raises(TransientError):
            await SmtpMail(server.account(**changes), FixedClock()).send(self.message())
        assert server.mails == []

    async def test_a_server_without_encryption_gets_nothing(self, tmp_path: Path) -> None:
        async with mail_server(tmp_path, "none") as server:
            with pytest.raises(TransientError):
                await SmtpMail(server.account(), FixedClock()).send(self.message())
            assert server.mails == []

    async def test_encryption_from_the_first_byte(self, tmp_path: Path) -> None:
        async with mail_server(tmp_path, "tls") as server:
            account = server.account(security="tls", username=None, password=None)
            await SmtpMail(account, FixedClock()).send(self.message())
            assert len(server.mails) == 1

    @pytest.mark.parametrize(
        "to", ["sam@northbridge.example\r\nBcc: eve@evil.example", "sam@x> RCPT TO:<eve@evil.example", "sam", ""]
    )
    async def test_what_is_no_address_becomes_no_command_and_no_header(
        self, server: MailServer, provider: Provider, to: str
    ) -> None:
        with pytest.raises(PermanentError):
            await provider.send(replace(self.message(), to=to))
        assert server.mails == []

    async def test_a_subject_of_two_lines_is_refused(self, server: MailServer, provider: Provider) -> None:
        with pytest.raises(ValueError, match="linefeed"):
            await provider.send(replace(self.message(), subject="Code\r\nBcc: eve@evil.example"))
        assert server.mails == []
