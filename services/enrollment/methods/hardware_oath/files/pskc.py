"""Tokens in a PSKC file (RFC 6030): keys for HOTP and TOTP, in clear or encrypted with a pre-shared key."""

from collections.abc import Iterator
from typing import Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring
from pydantic import SecretBytes

from services.enrollment.methods.hardware_oath.domain import imported
from services.enrollment.methods.hardware_oath.domain.imported import (
    ImportedToken,
    Placed,
    TokenFileError,
    TokenFinding,
    TokenValueError,
)
from services.enrollment.methods.hardware_oath.files.encryption import PSKC, Decryption, base64_bytes, decryption

HOTP = ("urn:ietf:params:xml:ns:keyprov:pskc:hotp", "http://www.ietf.org/keyprov/pskc#hotp")
TOTP = ("urn:ietf:params:xml:ns:keyprov:pskc:totp", "http://www.ietf.org/keyprov/pskc#totp")
"""As registered (sections 12.4.1 and 12.4.2), and as files of some manufacturers still say."""
USUAL_PERIOD = "30"
FROM_MANUFACTURER = "ask the manufacturer for a file without it"


def read_pskc(content: bytes, key: SecretBytes | None = None) -> tuple[ImportedToken, ...]:
    """All tokens of the file; `key` is the pre-shared one that it was encrypted with.

    Raises:
        TokenFileError: with everything that is wrong, key package by key package; then none is given.
    """
    container = _container(content)
    try:
        opens = decryption(container, key)
    except TokenValueError as wrong:
        raise TokenFileError([TokenFinding("the file", wrong.problem, wrong.remedy)]) from None
    packages = enumerate(container.iterfind(f"{PSKC}KeyPackage"), start=1)
    return imported.taken(_placed(f"key package {number}", package, opens) for number, package in packages)


def _container(content: bytes) -> Element:
    """The root. Nothing is looked up, declared or expanded: files with a document type are refused."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        raise TokenFileError(
            [TokenFinding("the file", "it cannot be read as XML", "give it as it came, without a document type")]
        ) from None
    if root.tag != f"{PSKC}KeyContainer":
        raise TokenFileError([TokenFinding("the file", "it is no PSKC file", "give a KeyContainer of RFC 6030")])
    return root


def _placed(place: str, package: Element, opens: Decryption | None) -> Placed | TokenFinding:
    number = None
    try:
        number = imported.serial_number(package.findtext(f"{PSKC}DeviceInfo/{PSKC}SerialNo", ""))
        return Placed(place, _token(number, package, opens))
    except TokenValueError as wrong:
        return TokenFinding(place, wrong.problem, wrong.remedy, number)


def _token(number: str, package: Element, opens: Decryption | None) -> ImportedToken:
    keys = package.findall(f"{PSKC}Key")
    if len(keys) != 1:
        raise TokenValueError(f"it holds {len(keys)} keys", "give each key in a package of its own")
    key, kind = keys[0], keys[0].get("Algorithm", "").strip()
    if kind not in (*HOTP, *TOTP):
        raise TokenValueError("its algorithm is neither HOTP nor TOTP", "only tokens of OATH can be used")
    _refuse_limits(key)
    return ImportedToken(
        serial_number=number,
        secret=_secret(key, opens),
        algorithm=imported.algorithm(key.findtext(f"{PSKC}AlgorithmParameters/{PSKC}Suite", "")),
        digits=_digits(key),
        period=imported.period(_value(key, "TimeInterval") or USUAL_PERIOD) if kind in TOTP else None,
        counter=imported.counter(_value(key, "Counter") or "0") if kind in HOTP else None,
        manufacturer=imported.name("manufacturer", package.findtext(f"{PSKC}DeviceInfo/{PSKC}Manufacturer", "")),
        model=imported.name("model", package.findtext(f"{PSKC}DeviceInfo/{PSKC}Model", "")),
    )


def _refuse_limits(key: Element) -> None:
    """Whoever cannot keep to a part of a policy must not use the key (section 5)."""
    for limit in _limits(key):
        raise TokenValueError(f"its policy has {limit}, which is not kept to here", FROM_MANUFACTURER)


def _limits(key: Element) -> Iterator[str]:
    policy = key.find(f"{PSKC}Policy")
    if policy is None:
        return
    uses = {(use.text or "").strip() for use in policy.findall(f"{PSKC}KeyUsage")}
    if uses and "OTP" not in uses:
        yield "no KeyUsage OTP"
    for part in policy:
        if part.tag != f"{PSKC}KeyUsage":
            yield str(part.tag).rpartition("}")[2][:64]


def _digits(key: Element) -> Literal[6, 8]:
    shape = key.find(f"{PSKC}AlgorithmParameters/{PSKC}ResponseFormat")
    if shape is None:
        return imported.digits("")
    if shape.get("Encoding", "DECIMAL") != "DECIMAL" or shape.get("CheckDigits") in {"true", "1"}:
        raise TokenValueError("its codes are not plain digits", "only decimal codes without check digits can be used")
    return imported.digits(shape.get("Length", ""))


def _secret(key: Element, opens: Decryption | None) -> SecretBytes:
    data = key.find(f"{PSKC}Data/{PSKC}Secret")
    if data is None:
        raise TokenValueError("it has no secret", "ask the manufacturer for the file with the secrets")
    plain = data.findtext(f"{PSKC}PlainValue")
    if plain is not None:
        return imported.sized(base64_bytes(plain))
    if opens is None:
        raise TokenValueError("its secret is encrypted, and the file does not say how", FROM_MANUFACTURER)
    return imported.sized(opens.opened(data))


def _value(key: Element, name: str) -> str:
    """A number beside the secret; an empty text where there is none."""
    data = key.find(f"{PSKC}Data/{PSKC}{name}")
    if data is None:
        return ""
    plain = data.findtext(f"{PSKC}PlainValue")
    if plain is None:
        raise TokenValueError(f"its {name} is encrypted", "ask the manufacturer for one in clear")
    return plain.strip()
