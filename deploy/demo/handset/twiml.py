"""Reads the part of TwiML that a call for a code needs (https://www.twilio.com/docs/voice/twiml)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

LONGEST_DOCUMENT = 64 * 1024


class TwimlBrokenError(Exception):
    """The document is no TwiML that this handset understands."""


@dataclass(frozen=True)
class Say:
    """Read a text out."""

    text: str


@dataclass(frozen=True)
class Pause:
    """Be silent for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Gather:
    """Read the prompts out, wait for keys, and post them to `action`."""

    prompts: tuple[Say | Pause, ...]
    action: str
    method: Literal["GET", "POST"]
    timeout: float
    finish_on_key: str
    num_digits: int | None
    action_on_empty: bool

    def is_complete(self, keys: str) -> bool:
        """Whether these keys end the waiting."""
        finished = bool(self.finish_on_key) and self.finish_on_key in keys
        return finished or (self.num_digits is not None and len(keys) >= self.num_digits)

    def digits(self, keys: str) -> str:
        """What is posted for these keys: all before the finishing key, and not more than asked for."""
        typed = keys.split(self.finish_on_key, 1)[0] if self.finish_on_key else keys
        return typed[: self.num_digits]


@dataclass(frozen=True)
class Redirect:
    """Go on with another document."""

    url: str
    method: Literal["GET", "POST"]


@dataclass(frozen=True)
class Hangup:
    """End the call; also what `<Reject>` comes to here."""


Verb = Say | Pause | Gather | Redirect | Hangup


def parse(document: str) -> tuple[Verb, ...]:
    """The verbs of a document, in order; unknown ones are passed over.

    Raises:
        TwimlBrokenError: no XML, or not a `<Response>`.
    """
    if len(document) > LONGEST_DOCUMENT or "<!DOCTYPE" in document:
        raise TwimlBrokenError("too long, or with a document type")
    try:
        root = ET.fromstring(document)  # noqa: S314  # no DOCTYPE, so no entities to expand
    except ET.ParseError as error:
        raise TwimlBrokenError(str(error)) from error
    if root.tag != "Response":
        raise TwimlBrokenError(f"the root is {root.tag}, not Response")
    return tuple(verb for element in root for verb in _verb(element))


def _verb(element: ET.Element) -> Iterator[Verb]:
    match element.tag:
        case "Say" | "Pause":
            yield _spoken(element)
        case "Gather":
            yield _gather(element)
        case "Redirect":
            yield Redirect(_text(element), _method(element))
        case "Hangup" | "Reject":
            yield Hangup()


def _spoken(element: ET.Element) -> Say | Pause:
    if element.tag == "Pause":
        return Pause(_number(element, "length", 1))
    return Say(_text(element))


def _gather(element: ET.Element) -> Gather:
    digits = element.get("numDigits")
    return Gather(
        prompts=tuple(_spoken(child) for child in element if child.tag in {"Say", "Pause"}),
        action=element.get("action", ""),
        method=_method(element),
        timeout=_number(element, "timeout", 5),
        finish_on_key=element.get("finishOnKey", "#"),
        num_digits=int(digits) if digits and digits.isdecimal() else None,
        action_on_empty=element.get("actionOnEmptyResult", "false").lower() == "true",
    )


def _text(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _method(element: ET.Element) -> Literal["GET", "POST"]:
    return "GET" if element.get("method", "POST").upper() == "GET" else "POST"


def _number(element: ET.Element, name: str, default: float) -> float:
    try:
        return min(120.0, max(0.0, float(element.get(name, default))))
    except ValueError:
        return float(default)
