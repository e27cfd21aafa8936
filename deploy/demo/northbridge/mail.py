"""The mail that tells a person of a changed password."""

import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib

from deploy.demo.northbridge.product import APP_NAME
from deploy.demo.people import Person

SENDER = Address("Northbridge", addr_spec="no-reply@northbridge.example")
SUBJECT = "Your password was changed"
TEXT = """Hello {name},

the password of {user} at {app} was changed on {at}, and everybody who was signed in as you was signed out.

If it was you, there is nothing to do.

If it was not you, reset your password now, and tell the people who look after {app}:
{reset}
"""
SECONDS = 10

log = logging.getLogger(__name__)

Tell = Callable[[Person, datetime], Awaitable[None]]
"""Tells a person that their password was changed at that time; a failure is logged, and changes nothing."""


@dataclass(frozen=True)
class MailServer:
    """The server that takes our mail: STARTTLS, with a certificate that `trusted` vouches for. `reset` is the page that
    the mail names."""

    host: str
    port: int
    trusted: Path
    reset: str

    async def tell(self, person: Person, at: datetime) -> None:
        """See `Tell`."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = SENDER
        mail["To"] = Address(addr_spec=person.emails[0])
        mail["Subject"] = SUBJECT
        mail["Date"] = at
        mail["Auto-Submitted"] = "auto-generated"
        words = {"name": person.display_name, "user": person.user_name, "app": APP_NAME, "reset": self.reset}
        mail.set_content(TEXT.format(at=f"{at:%d %B %Y, %H:%M} UTC", **words))
        try:
            await aiosmtplib.send(
                mail,
                hostname=self.host,
                port=self.port,
                start_tls=True,
                tls_context=ssl.create_default_context(cafile=str(self.trusted)),
                timeout=SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            log.warning("%s could not be told of the changed password: %s", person.id, type(error).__name__)
