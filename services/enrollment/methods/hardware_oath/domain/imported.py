"""What a file or a call says of a token, before it is taken into the stock: all of it, or what is wrong with it."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import SecretBytes

from schemas.verification import TOTP_DIGITS, OathAlgorithm

SECRET_BYTES = range(16, 129)
"""At least 128 bits (RFC 4226, section 4, R6)."""
MOST_TOKENS = 10_000
PERIODS: Mapping[str, Literal[30, 60]] = {"30": 30, "60": 60}
DIGITS: Mapping[str, Literal[6, 8]] = {"6": 6, "8": 8}
LARGEST_COUNTER = 2**53 - 1
ALGORITHMS: Mapping[str, OathAlgorithm] = {"sha1": "SHA1", "sha256": "SHA256", "sha512": "SHA512"}
"""As they are written, without case, dashes and a leading `HMAC`."""
SERIAL_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/ -]{0,62}[A-Za-z0-9]|[A-Za-z0-9]")
HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){16,}")
LONGEST_NAME = 64

N = TypeVar("N", bound=int)


@dataclass(frozen=True)
class ImportedToken:
    """A token as its manufacturer describes it: with a clock where it has a `period` (in seconds), else with a button.

    `counter` is the one of its next code.
    """

    serial_number: str
    secret: SecretBytes
    algorithm: OathAlgorithm = "SHA1"
    digits: Literal[6, 8] = TOTP_DIGITS
    period: Literal[30, 60] | None = None
    counter: int | None = None
    manufacturer: str = ""
    model: str = ""


@dataclass(frozen=True)
class TokenFinding:
    """What is wrong with one token of a file, and what to do. Never quotes a secret."""

    place: str
    problem: str
    remedy: str
    serial_number: str | None = None

    def __str__(self) -> str:
        """One line for a person."""
        token = f", token {self.serial_number}" if self.serial_number else ""
        return f"{self.place}{token}: {self.problem}: {self.remedy}"


class TokenFileError(Exception):
    """A file of tokens that is not taken, with everything that is wrong with it."""

    def __init__(self, findings: Iterable[TokenFinding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


class TokenValueError(Exception):
    """One value of a token is wrong."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}: {remedy}")


@dataclass(frozen=True)
class Placed:
    """A token, and where in the file it stands."""

    place: str
    token: ImportedToken


def taken(read: Iterable[Placed | TokenFinding]) -> tuple[ImportedToken, ...]:
    """All tokens of a file.

    Raises:
        TokenFileError: something is wrong with one of them, two have the same number, there is none, or too many.
    """
    placed, findings = [], []
    for found in read:
        if isinstance(found, Placed):
            placed.append(found)
        else:
            findings.append(found)
    findings += _repeated(placed)
    if not placed and not findings:
        findings.append(TokenFinding("the file", "it holds no token", "give a file with at least one"))
    if len(placed) > MOST_TOKENS:
        findings.append(TokenFinding("the file", f"it holds {len(placed)} tokens", f"give {MOST_TOKENS} at most"))
    if findings:
        raise TokenFileError(findings)
    return tuple(entry.token for entry in placed)


def serial_number(text: str) -> str:
    """The number that is printed on the token.

    Raises:
        TokenValueError: it is none.
    """
    number = text.strip()
    if not number:
        raise TokenValueError("it has no serial number", "give the number that is printed on the token")
    if not SERIAL_NUMBER.fullmatch(number):
        raise TokenValueError(
            "the serial number is none", "give 1 to 64 letters, digits, dots, dashes, colons, slashes or spaces"
        )
    return number


def plain_number(text: str) -> str:
    """The number as it is compared: typed in capitals or not, with spaces and dashes or without."""
    return "".join(text.split()).replace("-", "").upper()


def typed_secret(text: str) -> SecretBytes:
    """A secret as hexadecimal digits or base32, with or without spaces, dashes and padding.

    32 and more hexadecimal digits are taken as such: hardly any base32 text of that length has no other character,
    while hexadecimal ones without 0, 1, 8 and 9, which base32 lacks, do occur among thousands of tokens.

    Raises:
        TokenValueError: it is neither, too short or too long.
    """
    compact = re.sub(r"[\s-]", "", text).rstrip("=")
    if not compact:
        raise TokenValueError("it has no secret", "ask the manufacturer for the file with the secrets")
    return sized(bytes.fromhex(compact) if HEX.fullmatch(compact) else _from_base32(compact))


def sized(secret: bytes) -> SecretBytes:
    """The secret, if it is as long as one has to be. Raises TokenValueError: it is too short or too long."""
    if len(secret) not in SECRET_BYTES:
        raise TokenValueError(
            f"the secret has {len(secret)} bytes", f"it must have {SECRET_BYTES.start} to {SECRET_BYTES.stop - 1}"
        )
    return SecretBytes(secret)


def algorithm(text: str) -> OathAlgorithm:
    """The hash of HMAC; SHA-1 where none is named. Raises TokenValueError: it is not known."""
    name = re.sub(r"[\s_-]", "", text).lower().removeprefix("hmac")
    if name and name not in ALGORITHMS:
        raise TokenValueError("the algorithm is not known", "give SHA1, SHA256 or SHA512")
    return ALGORITHMS[name or "sha1"]


def digits(text: str) -> Literal[6, 8]:
    """How many digits a code has; 6 where nothing is said. Raises TokenValueError: neither 6 nor 8."""
    return _choice("the number of digits", text.strip() or str(TOTP_DIGITS), DIGITS)


def period(text: str) -> Literal[30, 60]:
    """How long a code is shown, in seconds. Raises TokenValueError: neither 30 nor 60."""
    return _choice("the time interval", text, PERIODS)


def counter(text: str) -> int:
    """The counter of the next code. Raises TokenValueError: it is no whole number that a counter can be."""
    bare = text.strip()
    if not re.fullmatch(r"[0-9]{1,16}", bare) or int(bare) > LARGEST_COUNTER:
        raise TokenValueError("the counter is none", f"give a whole number from 0 to {LARGEST_COUNTER}")
    return int(bare)


def name(what: str, text: str) -> str:
    """The name of a manufacturer or a model; it may be empty. Raises TokenValueError: it is too long, or holds what
    cannot be shown."""
    bare = text.strip()
    if len(bare) > LONGEST_NAME or not bare.isprintable():
        raise TokenValueError(f"the {what} cannot be shown", f"give {LONGEST_NAME} characters at most, on one line")
    return bare


def _from_base32(text: str) -> bytes:
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        raise TokenValueError("the secret cannot be read", "give it in base32 or in hexadecimal digits") from None


def _choice(what: str, text: str, allowed: Mapping[str, N]) -> N:
    if text.strip() not in allowed:
        raise TokenValueError(f"{what} is not possible", f"give {' or '.join(allowed)}")
    return allowed[text.strip()]


def _repeated(placed: Iterable[Placed]) -> Iterator[TokenFinding]:
    first: dict[str, str] = {}
    for entry in placed:
        number = entry.token.serial_number
        earlier = first.setdefault(plain_number(number), entry.place)
        if earlier != entry.place:
            yield TokenFinding(entry.place, f"{earlier} has the same serial number", "give it once", number)
