"""Keys of a PSKC file that are encrypted with a pre-shared key (RFC 6030, section 6)."""

import base64
import binascii
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from pydantic import SecretBytes

from services.enrollment.methods.hardware_oath.domain.imported import TokenValueError
from services.kit.crypto.sealing import HashName, SealBrokenError, decrypt_block_encrypted, has_mac

PSKC = "{urn:ietf:params:xml:ns:keyprov:pskc}"
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
KEY_BYTES = {
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc": 16,
    "http://www.w3.org/2001/04/xmlenc#aes192-cbc": 24,
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc": 32,
}
MACS: dict[str, HashName] = {
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1": "SHA1",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256": "SHA256",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512": "SHA512",
}


@dataclass(frozen=True)
class Decryption:
    """What opens the encrypted values of one file. Without a `mac_key` in it, the pre-shared key is used for both."""

    key: SecretBytes
    mac: HashName
    mac_key: SecretBytes

    def opened(self, data: Element) -> bytes:
        """The secret in a `Secret` element.

        Raises:
            TokenValueError: it was changed, the key is another one, or it was encrypted in a way that is not known.
        """
        content, mac = _cipher_text(data.find(f"{PSKC}EncryptedValue"), self.key), data.findtext(f"{PSKC}ValueMAC")
        if mac is None:
            raise TokenValueError("the encrypted secret has no MAC", "ask the manufacturer for a file with MACs")
        if not has_mac(self.mac_key.get_secret_value(), content, base64_bytes(mac), self.mac):
            raise _other_key()
        return _decrypted(self.key, content)


def decryption(container: Element, key: SecretBytes | None) -> Decryption | None:
    """What opens the values of the file; None where nothing in it is encrypted.

    Raises:
        TokenValueError: the key is missing or another one, or the file was encrypted in a way that is not known.
    """
    encryption, method = container.find(f"{PSKC}EncryptionKey"), container.find(f"{PSKC}MACMethod")
    if encryption is None:
        return None
    if any(child.tag.endswith("}DerivedKey") for child in encryption):
        raise TokenValueError(
            "the secrets are encrypted with a password", "ask the manufacturer for a file with a pre-shared key"
        )
    if key is None:
        raise TokenValueError("the secrets are encrypted", "give the pre-shared key of the manufacturer as well")
    name = method.get("Algorithm", "") if method is not None else ""
    if method is None or name not in MACS:
        raise TokenValueError("its MAC is not known", "ask the manufacturer for HMAC-SHA1 or HMAC-SHA256")
    encrypted = method.find(f"{PSKC}MACKey")
    mac_key = key if encrypted is None else SecretBytes(_decrypted(key, _cipher_text(encrypted, key)))
    return Decryption(key, MACS[name], mac_key)


def base64_bytes(text: str) -> bytes:
    """What the text encodes; spaces and line ends do not count. Raises TokenValueError: it is no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise TokenValueError("a value is not in base64", "ask the manufacturer for the file anew") from None


def _cipher_text(encrypted: Element | None, key: SecretBytes) -> bytes:
    method = encrypted.find(f"{XENC}EncryptionMethod") if encrypted is not None else None
    size = KEY_BYTES.get(method.get("Algorithm", "")) if method is not None else None
    if encrypted is None or size is None:
        raise TokenValueError("its encryption is not known", "ask the manufacturer for AES in CBC mode, with a MAC")
    if len(key.get_secret_value()) != size:
        raise TokenValueError(f"the pre-shared key does not have {size} bytes", "give the one of this file")
    return base64_bytes(encrypted.findtext(f"{XENC}CipherData/{XENC}CipherValue", ""))


def _decrypted(key: SecretBytes, content: bytes) -> bytes:
    try:
        return decrypt_block_encrypted(key.get_secret_value(), content)
    except SealBrokenError:
        raise _other_key() from None


def _other_key() -> TokenValueError:
    return TokenValueError("the pre-shared key does not fit, or the file was changed", "give the one of this file")
