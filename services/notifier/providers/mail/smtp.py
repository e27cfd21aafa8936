"""Mail by SMTP (RFC 5321): handed to one server, which delivers it.

Until the content is on its way nothing can have been taken; from then on a server that falls silent may have taken it.
"""

import asyncio
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as LINES_OF_SMTP

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from services.kit.clock import Clock
from services.kit.config.providers import SmtpProvider
from services.notifier.providers.base import (
    TIMEOUT,
    Acceptance,
    Message,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from services.notifier.providers.mail.signing import DomainKey, as_signed

POLICY = LINES_OF_SMTP.clone(cte_type="7bit")
"""Any server takes 7-bit content; not all take more."""
SHUTTING_DOWN = 421
PERMANENT = 500
RETRY_AFTER = 2.0
GOODBYE_WITHIN = 0.5
ENHANCED_CODE = re.compile(r"^([245])\.(\d{1,3})\.\d{1,3}\b")
OPERATORS_AFFAIR = frozenset({"3", "4", "5", "6", "7"})
"""Subjects of enhanced codes (RFC 3463) that are not about the address: system, network, protocol, content, policy."""


class SmtpMail:
    """One server that takes our mail."""

    def __init__(self, server: SmtpProvider, clock: Clock, keys: Sequence[DomainKey] = ()) -> None:
        self.name = server.name
        self._keys = keys
        self._server = server
        self._clock = clock
        self._sender = Address(server.sender_name, addr_spec=server.sender)

    async def send(self, message: Message) -> Acceptance:
        """Hand the mail over; see `Provider.send`. Its `Message-ID` is the same whenever the delivery is sent anew."""
        mail = self._mail(message)
        end = asyncio.get_running_loop().time() + TIMEOUT
        client, content = await asyncio.to_thread(self._prepared, mail, message)
        try:
            with _nothing_taken():
                async with asyncio.timeout_at(end):
                    await client.connect()
                    await client.mail(message.sender or self._server.sender)
                    await client.rcpt(message.to)
            with _perhaps_taken():
                async with asyncio.timeout_at(end):
                    await client.data(content)
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE_WITHIN)
        finally:
            client.close()
        return Acceptance(str(mail["Message-ID"]).strip("<>"))

    def _prepared(self, mail: EmailMessage, message: Message) -> tuple[SMTP, bytes]:
        """What takes the processor: the certificates are read, and the mail is signed."""
        return self._client(self._tls()), as_signed(mail, self._keys, self._from(message).domain)

    def _client(self, tls: ssl.SSLContext) -> SMTP:
        server, password = self._server, self._server.password
        return SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._sender.domain,
            timeout=TIMEOUT,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=tls,
            username=server.username,
            password=password.get_secret_value() if password else None,
        )

    def _tls(self) -> ssl.SSLContext:
        """Made anew for each mail, so that a renewed file of certificates counts at once."""
        try:
            return ssl.create_default_context(cafile=self._server.ca_file)
        except OSError as error:
            raise TransientError(f"caFile: {type(error).__name__}") from None

    def _from(self, message: Message) -> Address:
        """The organisation's own sender, as far as it has one."""
        server = self._server
        return Address(message.sender_name or server.sender_name, addr_spec=message.sender or server.sender)

    def _mail(self, message: Message) -> EmailMessage:
        """The mail; nothing of a value can become a header of its own.

        Raises:
            PermanentError: the destination is no address.
        """
        mail = EmailMessage(policy=POLICY)
        try:
            mail["To"] = Address(addr_spec=message.to)
        except (ValueError, IndexError, MessageError):
            raise PermanentError("the destination is no address") from None
        mail["From"] = self._from(message)
        mail["Subject"] = message.subject
        mail["Date"] = self._clock.now()
        mail["Message-ID"] = f"<{message.delivery_id}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
        return mail


@contextmanager
def _nothing_taken() -> Iterator[None]:
    """What a failure before the content means."""
    try:
        yield
    except SMTPRecipientRefused as error:
        raise _refusal(error) from None
    except (SMTPAuthenticationError, SMTPNotSupported) as error:
        raise TransientError(_cause(error), reason="providerRefused") from None
    except SMTPResponseException as error:
        raise _refused_us(error) from None
    except (SMTPException, OSError) as error:  # before ValueError, which a certificate's error is too
        raise TransientError(_cause(error)) from None
    except ValueError:
        raise PermanentError("the destination cannot be written in SMTP") from None


@contextmanager
def _perhaps_taken() -> Iterator[None]:
    """What a failure from then on means: only an answer tells that the mail was not taken."""
    try:
        yield
    except SMTPDataError as error:
        raise _refusal(error) from None
    except (SMTPException, OSError) as error:
        raise OutcomeUnknownError(_cause(error)) from None


def _refusal(error: SMTPResponseException) -> PermanentError | TransientError:
    """A refused recipient or content: for good, if it is about the address."""
    found = ENHANCED_CODE.match(error.message)
    if error.code < PERMANENT or (found and found[2] in OPERATORS_AFFAIR):
        return _refused_us(error)
    return PermanentError(_cause(error))


def _refused_us(error: SMTPResponseException) -> TransientError:
    if error.code == SHUTTING_DOWN:
        return TransientError(_cause(error), retry_after=RETRY_AFTER)
    for_good = error.code >= PERMANENT
    return TransientError(_cause(error), reason="providerRefused" if for_good else "providerUnavailable")


def _cause(error: Exception) -> str:
    """What a log may say: codes, and never the server's words, which may repeat the address."""
    if not isinstance(error, SMTPResponseException):
        return type(error).__name__
    found = ENHANCED_CODE.match(error.message)
    return f"SMTP {error.code}" + (f", {found[0]}" if found else "")
