"""The MAC of an event: only a holder of its topic's key can have emitted it, with just these attributes and this body.

It covers the topic, every `ce_` header and the body as they lie on Kafka, so nothing of it can be changed, moved to
another topic, or told of another person. That the same record comes again is for its `ce_id` to show.
"""

from collections.abc import Iterable

from schemas.envelope import MAC
from schemas.topics import Topic
from services.kit.crypto.keyring import Keyring, Purpose
from services.kit.crypto.sealing import decode, encode, framed_mac, has_framed_mac

FORMAT = b"v1"


class EventMac:
    """Makes and checks the MACs of the topics whose keys a service holds."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, topic: Topic, purpose: Purpose, headers: Iterable[tuple[str, bytes]], body: bytes) -> bytes:
        """The value of `ce_mac`, `{keyId}.{base64url}`, under the key in use."""
        key = self._keyring.current(purpose)
        return f"{key.id}.{encode(framed_mac(key, *_covered(topic, headers, body)))}".encode()

    def is_right(
        self, topic: Topic, purpose: Purpose, headers: Iterable[tuple[str, bytes | None]], body: bytes | None
    ) -> bool:
        """Whether a record carries the MAC that it must; total, whatever the bytes."""
        given = [(name, value or b"") for name, value in headers]
        macs = [value for name, value in given if name == MAC]
        if len(macs) != 1:
            return False
        try:
            key_id, _, text = macs[0].decode("ascii").partition(".")
            key, mac = self._keyring.find(purpose, key_id), decode(text)
        except ValueError:
            return False
        return key is not None and has_framed_mac(key, mac, *_covered(topic, given, body or b""))


def _covered(topic: Topic, headers: Iterable[tuple[str, bytes]], body: bytes) -> tuple[bytes, ...]:
    attributes = sorted((name.encode(), value) for name, value in headers if name.startswith("ce_") and name != MAC)
    return (FORMAT, topic.name.encode(), body, *(part for attribute in attributes for part in attribute))
