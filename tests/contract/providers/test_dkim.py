"""Mail carries a signature of its sender's domain (DKIM, RFC 6376), as a receiving server would check it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr, ValidationError

from services.kit.config.file import ConfigError
from services.kit.config.providers import DkimKey
from services.notifier.providers.base import Message
from services.notifier.providers.mail.signing import DomainKey, domain_key
from services.notifier.providers.mail.smtp import SmtpMail
from tests.support.clock import FixedClock
from tests.support.servers.mail_server import MailServer, mail_server

KEY = RSAKey.generate_key(2048, private=True)
OTHER = RSAKey.generate_key(2048, private=True)
PEM, OTHER_PEM = (SecretStr(key.as_pem(private=True).decode()) for key in (KEY, OTHER))
TXT = {
    b"2026._domainkey.northbridge.example.": KEY,
    b"a1._domainkey.southgate.example.": OTHER,
    b"mail._domainkey.mail.southgate.example.": KEY,
}
TEXT = "123456 is your code.\n.\n.. and a line that begins with dots\n"
MESSAGE = Message("d-1", "sam@northbridge.example", TEXT, "", subject="Ihr Code für Köln", html="<p>123456</p>")
OURS = DomainKey("northbridge.example", "2026", PEM)
THEIRS = DomainKey("southgate.example", "a1", OTHER_PEM)


def published(name: bytes, timeout: float = 5) -> bytes:
    """What DNS says of a key."""
    lines = TXT[name].as_pem(private=False).decode().splitlines()
    return b"v=DKIM1; k=rsa; p=" + "".join(line for line in lines if not line.startswith("-")).encode()


def is_right(content: bytes) -> bool:
    return bool(dkim.verify(content, dnsfunc=published))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    async with mail_server(tmp_path) as running:
        yield running


async def sent(server: MailServer, message: Message, *keys: DomainKey) -> bytes:
    """What arrived."""
    await SmtpMail(server.account(), FixedClock(), keys).send(message)
    return server.received[0]


async def test_mail_of_our_own_is_signed_for_our_domain(server: MailServer) -> None:
    content = await sent(server, MESSAGE, OURS)
    assert is_right(content)
    assert [str(one).count("d=northbridge.example;") for one in server.mails[0].get_all("DKIM-Signature", [])] == [1]
    assert server.mails[0]["Subject"] == "Ihr Code für Köln"


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (b"123456 is", b"654321 is"),
        (b"To: sam@", b"To: eve@"),
        (b"\r\nDate:", b"\r\nSubject: another one\r\nDate:"),
        (b"\r\nDate:", b"\r\nFrom: eve@evil.example\r\nDate:"),
        (b"\r\nDate:", b"\r\nContent-Type: text/plain\r\nDate:"),
        (b"\r\nDate:", b"\r\nDate: Mon, 30 Nov 2026 12:00:00 +0000\r\nDate:"),
    ],
)
async def test_what_was_changed_on_the_way_is_noticed(server: MailServer, what: bytes, instead: bytes) -> None:
    content = await sent(server, MESSAGE, OURS)
    assert content.count(what) == 1
    assert not is_right(content.replace(what, instead))


async def test_a_server_that_folds_a_line_breaks_nothing(server: MailServer) -> None:
    content = await sent(server, MESSAGE, OURS)
    assert is_right(content.replace(b"To: sam@", b"To:\r\n  sam@"))


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("id@southgate.example", "southgate.example"),
        ("id@Accounts.Southgate.example", "southgate.example"),
        ("id@mail.southgate.example", "mail.southgate.example"),
    ],
)
async def test_an_organisation_s_mail_is_signed_for_its_own_domain(
    server: MailServer, sender: str, domain: str
) -> None:
    nearer = DomainKey("mail.southgate.example", "mail", PEM)
    content = await sent(server, replace(MESSAGE, sender=sender), OURS, THEIRS, nearer)
    assert is_right(content)
    assert f"d={domain};" in str(server.mails[0]["DKIM-Signature"])


@pytest.mark.parametrize("sender", ["id@elsewhere.example", "id@evilsouthgate.example"])
async def test_mail_of_a_domain_without_a_key_is_sent_unsigned(server: MailServer, sender: str) -> None:
    await sent(server, replace(MESSAGE, sender=sender), OURS, THEIRS)
    assert server.mails[0]["DKIM-Signature"] is None


def test_the_sender_s_own_domain_must_have_a_key() -> None:
    server = MailServer(Path("/nowhere"), port=25)
    key = {"domain": "southgate.example", "selector": "a1", "privateKey": "env:DKIM"}
    with pytest.raises(ValidationError, match=r"no key for northbridge\.example"):
        server.account(dkim=[key])
    above = key | {"domain": "example.org"}
    assert server.account(sender="a@mail.example.org", dkim=[above]).dkim[0].selector == "a1"


@pytest.mark.parametrize("pem", ["", "secret", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"])
def test_what_is_no_key_stops_the_start_and_is_not_repeated(pem: str) -> None:
    account = DkimKey(domain="northbridge.example", selector="2026", private_key="env:DKIM")
    with pytest.raises(ConfigError, match=r"^env:DKIM: is no RSA key in PEM") as refused:
        domain_key(account, SecretStr(pem))
    assert "secret" not in str(refused.value)


@pytest.mark.filterwarnings("ignore:Key size")
def test_a_short_key_stops_the_start() -> None:
    account = DkimKey(domain="northbridge.example", selector="2026", private_key="env:DKIM")
    short = RSAKey.generate_key(1024, private=True).as_pem(private=True).decode()
    with pytest.raises(ConfigError, match="has 1024 bits"):
        domain_key(account, SecretStr(short))
    assert domain_key(account, PEM).domain == "northbridge.example"
