"""A mail server for tests: takes, refuses, falls silent or hangs up, as `mode` says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from deploy.demo.handset.certificate import tls_context
from services.kit.config.providers import SmtpProvider
from services.kit.runtime import listen
from tests.support.services.providers import Mode

USERNAME = "notifier"
PASSWORD = "test-smtp-password"
SENDER = "security-info@northbridge.example"


@dataclass
class MailServer:
    """Keeps what it took, newest first."""

    home: Path
    mode: Mode | Literal["busy", "drop", "policy", "spam"] = "ok"
    delay: float = 6.0
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0
    encrypted: list[bool] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, str]]:
        """As the suite of providers reads them."""
        return [{"sid": str(mail["Message-ID"])[1:-1], "to": str(mail["To"])} for mail in self.mails]

    def account(self, **changes: Any) -> SmtpProvider:
        """The server as a configuration names it: its own certificate is the one that counts."""
        named = {
            "name": "relay",
            "type": "smtp",
            "host": "127.0.0.1",
            "port": self.port,
            "ca_file": self.home / "smtp" / "certificate.pem",
            "username": USERNAME,
            "password": SecretStr(PASSWORD),
            "sender": SENDER,
            "sender_name": "Northbridge",
        }
        return SmtpProvider.model_validate(named | changes)

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Whether the password is right, and this server well enough to know."""
        right = isinstance(data, LoginPassword) and data.password.decode() == PASSWORD
        return AuthResult(success=right and self.mode != "denied", handled=False)

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        match self.mode:
            case "reject":
                return f"550 5.1.1 no mailbox {address}"
            case "policy":
                return f"550 5.7.1 no relaying to {address}"
            case "busy":
                return "450 4.2.1 too many mails for this mailbox"
            case "throttle":
                return "421 4.7.0 too many connections"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        """Take or refuse the content."""
        if self.mode == "error":
            return "451 4.3.0 something broke"
        if self.mode == "spam":
            return "554 5.7.1 this is spam"
        self.senders.insert(0, str(envelope.mail_from))
        self.encrypted.insert(0, session.ssl is not None)
        self.received.insert(0, bytes(envelope.original_content or b""))
        self.mails.insert(0, message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
        if self.mode == "drop":
            cast("asyncio.Transport", server.transport).abort()
        if self.mode == "slow":
            await asyncio.sleep(self.delay)
        return "250 OK"


@asynccontextmanager
async def mail_server(
    home: Path, security: Literal["starttls", "tls", "none"] = "starttls"
) -> AsyncIterator[MailServer]:
    """A running server with a certificate of its own in `home`; it asks for a password where it has STARTTLS."""
    server = MailServer(home)
    context: ssl.SSLContext = tls_context(home, lambda: datetime.now(UTC))
    listener = listen("127.0.0.1", 0)
    server.port = int(listener.getsockname()[1])

    def protocol() -> Any:
        if security != "starttls":
            return SMTP(server, hostname="mail.localhost")
        return SMTP(
            server,
            hostname="mail.localhost",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=server.authenticate,
        )

    loop = asyncio.get_running_loop()
    running = await loop.create_server(protocol, sock=listener, ssl=context if security == "tls" else None)
    try:
        yield server
    finally:
        running.close()
