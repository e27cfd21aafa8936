"""DKIM (RFC 6376): a mail is signed for the domain of its sender, whose public key is in DNS."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key
from pydantic import SecretStr

from services.kit.config.file import ConfigError
from services.kit.config.providers import DkimKey, signs_for

SHORTEST = 2048
"""Bits (RFC 8301, section 3.2)."""
SIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"auto-submitted")
"""Each is named once more than it is there: who adds another one breaks the signature (RFC 6376, section 8.15)."""
CANONICAL = (b"relaxed", b"relaxed")
"""Servers on the way may fold headers and take blanks away."""


@dataclass(frozen=True)
class DomainKey:
    """Signs mail of a domain and of all below it."""

    domain: str
    selector: str
    private: SecretStr


def domain_key(account: DkimKey, private: SecretStr) -> DomainKey:
    """Raises ConfigError: it is no RSA key, or too short a one. Nothing of it is said."""
    try:
        bits = int(parse_pem_private_key(private.get_secret_value().strip().encode())["modulus"]).bit_length()
    except (UnparsableKeyError, ValueError, IndexError, KeyError, TypeError):
        raise ConfigError(f"{account.private_key}: is no RSA key in PEM, as `openssl genrsa` writes it") from None
    if bits < SHORTEST:
        raise ConfigError(f"{account.private_key}: has {bits} bits, and a key of DKIM needs {SHORTEST}")
    return DomainKey(account.domain, account.selector, private)


def as_signed(mail: EmailMessage, keys: Sequence[DomainKey], sender_domain: str) -> bytes:
    """The mail, as it is sent: under a signature of the nearest of these domains, if there is one."""
    content = mail.as_bytes()
    fitting = [key for key in keys if signs_for(key.domain, sender_domain)]
    if not fitting:
        return content
    key = max(fitting, key=lambda one: len(one.domain))
    signature: bytes = dkim.sign(
        content,
        key.selector.encode(),
        key.domain.encode(),
        key.private.get_secret_value().strip().encode(),
        canonicalize=CANONICAL,
        include_headers=[*SIGNED, *SIGNED],
    )
    return signature + content
