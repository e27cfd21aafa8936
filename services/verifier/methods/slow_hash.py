"""Hashes for what could be guessed from a fast one: argon2id (RFC 9106), in a thread, one at a time.

One hash takes about 130 ms and 64 MiB, so that more at once would only take memory.
"""

import asyncio
import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import SecretStr

from services.kit.crypto.sealing import equal

SALT_PART = 4


class SlowHash:
    """Makes and compares encoded hashes, which name their parameters and their salt."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")

    async def of(self, value: SecretStr) -> str:
        return await self._run(lambda: self._hasher.hash(value.get_secret_value()))

    async def like(self, encoded: str, value: SecretStr) -> str:
        """The hash of `value` with parameters and salt of another one: equal to it where the values are."""
        return await self._run(lambda: _hash_like(encoded, value))

    async def matches(self, encoded: str, value: SecretStr) -> bool:
        """Whether `encoded` is the hash of `value`; compared in constant time."""
        return equal(await self.like(encoded, value), encoded)

    async def _run(self, work: Callable[[], str]) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _hash_like(encoded: str, value: SecretStr) -> str:
    salt = base64.b64decode(encoded.split("$")[SALT_PART] + "==")
    return PasswordHasher.from_parameters(extract_parameters(encoded)).hash(value.get_secret_value(), salt=salt)
