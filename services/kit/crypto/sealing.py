"""Sealing, keyed hashes and key derivation: the only module that touches cryptographic primitives.

A sealed value is AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. Its associated data names purpose, format
version, tenant, user, method and challenge, so that it opens only where it was meant to be.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from services.kit.crypto.keyring import Key, Keyring, Purpose

VERSION: Final = "v1"
NONCE_BYTES: Final = 12
HashName = Literal["SHA1", "SHA256", "SHA512"]
HASHES: Final = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
"""Those of HMAC in one-time codes (RFC 6238, section 1.2)."""
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SealBrokenError(Exception):
    """The value was not sealed for this place, was changed, or its key is gone. Says nothing about which."""


@dataclass(frozen=True)
class Binding:
    """Where a sealed value belongs. `method` and `challenge` are empty for values of the whole account."""

    tenant: str
    user: str
    method: str = ""
    challenge: str = ""

    def associated_data(self, purpose: Purpose) -> bytes:
        """The associated data of AES-GCM: length-prefixed, so that no two places read alike."""
        return _framed(purpose, VERSION, self.tenant, self.user, self.method, self.challenge)


class Sealer:
    """Seals and opens short values under the keys of one service."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self, purpose: Purpose, plaintext: bytes, binding: Binding) -> str:
        """`{keyId}.{base64url(nonce || ciphertext)}` under the key in use."""
        key = self._keyring.current(purpose)
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + AESGCM(key.secret).encrypt(nonce, plaintext, binding.associated_data(purpose))
        return f"{key.id}.{encode(sealed)}"

    def open(self, purpose: Purpose, sealed: str, binding: Binding) -> bytes:
        """The plaintext.

        Raises:
            SealBrokenError: always the same, whatever is wrong.
        """
        try:
            key_id, _, text = sealed.partition(".")
            content = decode(text)
            key = self._keyring.find(purpose, key_id)
            if key is None:
                raise SealBrokenError
            return AESGCM(key.secret).decrypt(
                content[:NONCE_BYTES], content[NONCE_BYTES:], binding.associated_data(purpose)
            )
        except (InvalidTag, ValueError):
            raise SealBrokenError from None


def keyed_hash(keyring: Keyring, value: str, *, tenant: str) -> str:
    """HMAC-SHA-256 of `value` within `tenant` under the `index` key in use, base64url."""
    return _keyed_hash(keyring.current("index"), value, tenant)


def keyed_hash_at(keyring: Keyring, value: str, moment: datetime, *, tenant: str) -> str:
    """The same under the key that was in use at that moment: it stays what it is while keys are rotated."""
    return _keyed_hash(keyring.in_use_at("index", moment), value, tenant)


def keyed_hashes(keyring: Keyring, value: str, *, tenant: str) -> tuple[str, ...]:
    """The hash under every `index` key held, that of the key in use first: look-ups during a rotation try them all."""
    current = keyring.current("index")
    others = (key for key in keyring.all("index") if key is not current)
    return tuple(_keyed_hash(key, value, tenant) for key in (current, *others))


def hash_matches(keyring: Keyring, value: str, *, tenant: str, expected: str) -> bool:
    """Whether `expected` is the hash of `value` under any key held; in constant time for each."""
    results = [hmac.compare_digest(digest, expected) for digest in keyed_hashes(keyring, value, tenant=tenant)]
    return any(results)


def equal(left: str, right: str) -> bool:
    """Comparison in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def hmac_sha1(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA-1 (RFC 2104), 20 bytes: only where a provider's protocol prescribes it."""
    return hmac.new(key, content, hashlib.sha1).digest()


def hmac_sha256(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104), 32 bytes: what a provider's protocol signs with."""
    return hmac.new(key, content, hashlib.sha256).digest()


def decrypt_block_encrypted(key: bytes, content: bytes) -> bytes:
    """The plaintext of AES-CBC as XML Encryption 1.1 has it (sections 5.2.1 and 5.2.2): the initialization vector,
    then the ciphertext, whose last byte says how many are padding. Call it only after `has_mac`.

    Raises:
        SealBrokenError: always the same, whatever is wrong.
    """
    size = AES.block_size // 8
    try:
        decryptor = Cipher(AES(key), CBC(content[:size])).decryptor()
        padded = decryptor.update(content[size:]) + decryptor.finalize()
    except ValueError:
        raise SealBrokenError from None
    if not padded or not 1 <= padded[-1] <= size:
        raise SealBrokenError
    return padded[: -padded[-1]]


def framed_mac(key: Key, *parts: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104) of length-prefixed parts, 32 bytes."""
    return hmac.new(key.secret, _framed_bytes(*parts), hashlib.sha256).digest()


def has_framed_mac(key: Key, mac: bytes, *parts: bytes) -> bool:
    """Whether `mac` is the `framed_mac` of the parts; in constant time."""
    return hmac.compare_digest(framed_mac(key, *parts), mac)


def has_mac(key: bytes, content: bytes, mac: bytes, algorithm: HashName) -> bool:
    """Whether `mac` is the HMAC (RFC 2104) of `content`; in constant time."""
    return hmac.compare_digest(hmac.new(key, content, HASHES[algorithm]).digest(), mac)


def token_hash(token: str) -> str:
    """SHA-256 of a random token of at least 128 bits: enough for look-up, useless to a thief of the database."""
    return encode(hashlib.sha256(token.encode()).digest())


def message_code(secret: str, message: str) -> str:
    """HMAC-SHA-256 of a short message under a random secret of at least 128 bits, base64url."""
    return encode(hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest())


def fingerprint(content: bytes) -> str:
    """A short name for public content, 96 bits of its SHA-256: changes when the content does."""
    return encode(hashlib.sha256(content).digest()[:12])


def derive(key: Key, *, salt: bytes, info: tuple[str, ...], length: int = 32) -> bytes:
    """HKDF-SHA-256 (RFC 5869) with framed `info`."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=_framed(*info)).derive(key.secret)


def signing_key_pem(key: Key) -> bytes:
    """The P-256 private key (PKCS #8, PEM) that belongs to a `signing` or `vapid` key: derived, so that one random
    value is all that a keyring holds."""
    return _signing_key(key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_point(key: Key) -> str:
    """The public half of `signing_key_pem`, as base64url of the uncompressed point (RFC 8292, section 3.2)."""
    return encode(_signing_key(key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _signing_key(key: Key) -> ec.EllipticCurvePrivateKey:
    seed = derive(key, salt=b"", info=("p256", key.id), length=48)
    scalar = int.from_bytes(seed, "big") % (P256_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def encode(content: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode(text: str) -> bytes:
    """The reverse of `encode`; raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _keyed_hash(key: Key, value: str, tenant: str) -> str:
    return encode(hmac.new(key.secret, _framed("index", VERSION, tenant, value), hashlib.sha256).digest())


def _framed(*parts: str) -> bytes:
    return _framed_bytes(*(part.encode() for part in parts))


def _framed_bytes(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
