"""The mail server of the inbox: takes every mail on loopback, with STARTTLS for those who want it."""

import asyncio
import logging
import re
import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.demo.clock import Now
from deploy.demo.handset.faults import Mode, Provider
from deploy.demo.handset.network import World, new_sid
from deploy.demo.handset.things import Mail, masked

log = logging.getLogger(__name__)
LARGEST_MAIL = 1_000_000
HANG_SECONDS = 600
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Inbox:
    """Handles the commands of an SMTP session in the mode that the server is in."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        mode = self._world.faults.of(Provider.SMTP).mode
        if mode is Mode.REJECT or not _ADDRESS.fullmatch(address):
            return "550 5.1.1 No such mailbox here"
        if mode is Mode.THROTTLE:
            return "450 4.7.1 Too many messages, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        """Take the mail, unless told to fail."""
        fault = self._world.faults.of(Provider.SMTP)
        if fault.mode is Mode.ERROR:
            return "451 4.3.0 The mail system failed, try again later"
        if fault.mode is Mode.HANG:
            await asyncio.sleep(HANG_SECONDS)
            return "451 4.3.0 Timed out"
        if fault.mode is not Mode.LOST:
            self._keep(envelope)
        await asyncio.sleep(fault.delay)
        return "250 2.0.0 OK: queued"

    def _keep(self, envelope: Envelope) -> None:
        for recipient in envelope.rcpt_tos:
            self._world.mails.put(read_mail(cast("bytes", envelope.content), str(recipient), self._world.now))
            log.info("mail delivered to %s", masked(str(recipient)))


def read_mail(content: bytes, recipient: str, now: Now) -> Mail:
    """What an inbox shows of a mail (RFC 5322)."""
    message = message_from_bytes(content, policy=policy.default)
    return Mail(
        id=new_sid("MA"),
        to=recipient,
        sender=parseaddr(str(message.get("From", "")))[1] or str(message.get("From", "")),
        subject=str(message.get("Subject", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        at=now(),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, UnicodeError):
        return ""


async def start_mail_server(
    world: World, listener: socket.socket, tls: ssl.SSLContext | None
) -> asyncio.base_events.Server:
    """Serve SMTP on an open socket."""
    loop = asyncio.get_running_loop()

    def protocol() -> Any:
        return SMTP(
            Inbox(world),
            hostname="handset.localhost",
            ident="Demo inbox",
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            tls_context=tls,
            require_starttls=False,
            loop=loop,
        )

    return await loop.create_server(protocol, sock=listener)
