"""Hashes for what could be guessed from a fast one: argon2id (RFC 9106), in a thread, one at a time.

What a person thinks up costs about 130 ms and 64 MiB; a random secret too short for a fast hash (NIST SP 800-63B-4,
3.1.2.2) about 20 ms and 19 MiB. More at once would only take memory.
"""

import asyncio
import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.low_level import ARGON2_VERSION, Type
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import SecretStr

from services.kit.crypto.sealing import equal

SALT_PART = 4
RANDOM_SECRETS = Parameters(
    type=Type.ID,
    version=ARGON2_VERSION,
    salt_len=16,
    hash_len=32,
    time_cost=2,
    memory_cost=19_456,
    parallelism=1,
)
"""The least that OWASP's cheat sheet on password storage asks for where people choose what is hashed."""


class SlowHash:
    """Makes and compares encoded hashes, which name their parameters and their salt."""

    def __init__(self, hasher: PasswordHasher | None = None, of_random: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._of_random = of_random or PasswordHasher.from_parameters(RANDOM_SECRETS)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")

    async def of(self, value: SecretStr) -> str:
        return await self._run(lambda: self._hasher.hash(value.get_secret_value()))

    async def of_random(self, value: SecretStr) -> str:
        """A new hash of a secret that nobody thought up, of 64 random bits at least."""
        return await self._run(lambda: self._of_random.hash(value.get_secret_value()))

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
