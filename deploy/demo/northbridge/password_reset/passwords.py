"""Who has which password: "demo", until it is changed. Kept in memory, as everything here."""

import asyncio
import string
import unicodedata
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from deploy.demo.people import PASSWORD, Person

SHORTEST = 8
"""Beside a second step (NIST SP 800-63B-4, 3.1.1.2)."""
LONGEST = 128
PASSES, MEMORY_KIB = 2, 19_456
"""The least that OWASP's cheat sheet on password storage asks for: some 20 ms of CPU for each sign-in. With more of
both a sign-in at the demo took more of it at Northbridge than in the product."""
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())
"""The ones that are tried first, of 8 characters and more; and the organisation's name."""


class Passwords:
    """Hashes by user id (argon2id, RFC 9106)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        self._first = self._hasher.hash(PASSWORD)
        self._changed: dict[str, str] = {}

    async def are_right(self, person: Person | None, password: str) -> bool:
        """Whether this is the person's password. For nobody the same work is done, and the answer is no."""
        encoded = self._of(person)
        matched = await asyncio.to_thread(self._matches, encoded, password)
        return matched and person is not None and encoded == self._of(person)

    async def change(self, person: Person, password: str) -> None:
        """From now on it is this one, and no other."""
        self._changed[person.id] = await asyncio.to_thread(self._hasher.hash, _composed(password))

    def _of(self, person: Person | None) -> str:
        return self._changed.get(person.id, self._first) if person else self._first

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, _composed(password))
        except Argon2Error:
            return False


def complaint(password: str, again: str, person: Person) -> str | None:
    """What is wrong with a new password, or None. There are no rules on composition (NIST SP 800-63B-4, 3.1.1.2)."""
    length = len(_composed(password))
    if length < SHORTEST:
        return f"Use at least {SHORTEST} characters."
    if length > LONGEST:
        return f"Use at most {LONGEST} characters."
    if password.strip().casefold() in {person.user_name.casefold(), person.user_name.partition("@")[0].casefold()}:
        return "Your user name can't be your password."
    if _is_common(password):
        return "Many people use this password, so it is guessed first. Use another one."
    if password != again:
        return "The two passwords are not the same."
    return None


def _is_common(password: str) -> bool:
    """Whether it is one of those that are tried first (NIST SP 800-63B-4, 3.1.1.2), perhaps with signs at its
    end."""
    plain = password.strip().casefold()
    return plain in COMMON or plain.rstrip(string.digits + string.punctuation) in COMMON


def _composed(password: str) -> str:
    """However a keyboard composes its characters (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFC", password)
