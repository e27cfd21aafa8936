"""An authenticator in software: makes passkeys and signs with them, as a browser would return it in JSON."""

import hashlib
import json
from dataclasses import dataclass, field
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

from services.kit.crypto.sealing import encode

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40
AAGUID = bytes(16)


@dataclass
class SoftwarePasskey:
    """One passkey for `rp_id`, used from a page of `origin`.

    `sign_count` is the last one that it told; with `counts` false it stays at 0, as that of a passkey which is
    synchronised. It verifies its user unless told not to; `framed` says that the page is shown inside of a foreign one.
    `challenge` is always that of the options, base64url.
    """

    rp_id: str
    origin: str
    counts: bool = True
    verifies: bool = True
    framed: bool = False
    sign_count: int = 0
    credential_id: bytes = field(default_factory=lambda: uuid4().bytes)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)

    @property
    def id(self) -> str:
        """The credential's id as JSON has it."""
        return encode(self.credential_id)

    def create(self, challenge: str) -> str:
        """What `navigator.credentials.create` gives, attestation `none` (WebAuthn Level 3, section 5.1.3)."""
        data = self._authenticator_data(ATTESTED) + AAGUID + len(self.credential_id).to_bytes(2, "big")
        data += self.credential_id + self._cose_key()
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", challenge)
        return self._credential(
            {
                "clientDataJSON": encode(client_data),
                "attestationObject": encode(attestation),
                "transports": ["internal", "hybrid"],
            }
        )

    def get(self, challenge: str) -> str:
        """What `navigator.credentials.get` gives (WebAuthn Level 3, section 5.1.4)."""
        data, client_data = self._authenticator_data(), self._client_data("webauthn.get", challenge)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._credential(
            {
                "clientDataJSON": encode(client_data),
                "authenticatorData": encode(data),
                "signature": encode(signature),
                "userHandle": None,
            }
        )

    def _authenticator_data(self, more_flags: int = 0) -> bytes:
        """WebAuthn Level 3, section 6.1, up to the count."""
        self.sign_count += 1 if self.counts else 0
        flags = USER_PRESENT | (USER_VERIFIED if self.verifies else 0) | more_flags
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _client_data(self, ceremony: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": self.framed}
        ).encode()

    def _cose_key(self) -> bytes:
        """RFC 9053, section 7.1.1: EC2, ES256, P-256."""
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _credential(self, response: dict[str, object]) -> str:
        return json.dumps(
            {
                "id": self.id,
                "rawId": self.id,
                "type": "public-key",
                "authenticatorAttachment": "platform",
                "clientExtensionResults": {},
                "response": response,
            }
        )
