"""How many parts a text message has (3GPP TS 23.038, section 6.2.1; 23.040, section 9.2.3.24)."""

from typing import Final

ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE: Final = frozenset("\f^{}\\[~]|€")
"""Those that take two places."""

ONE, MORE = 160, 153
ONE_UCS2, MORE_UCS2 = 70, 67
"""Places in a text that is whole, and in each part of a longer one; where a letter is not in the alphabet, all of it
is UCS-2."""


def segments(text: str) -> int:
    """The parts that are sent, and paid. Total: half a letter, which an organisation's name can hold, is one place."""
    if ALPHABET.union(TWICE).issuperset(text):
        return _parts(len(text) + sum(letter in TWICE for letter in text), ONE, MORE)
    return _parts(len(text.encode("utf-16-be", "surrogatepass")) // 2, ONE_UCS2, MORE_UCS2)


def _parts(places: int, one: int, more: int) -> int:
    return 1 if places <= one else -(-places // more)
