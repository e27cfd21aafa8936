"""Twilio's markup for calls: https://www.twilio.com/docs/voice/twiml."""

from typing import Final
from xml.etree import ElementTree as ET

MEDIA_TYPE = "application/xml"
KEY_TIMEOUT = 3
"""Seconds of silence after which what was pressed counts. Twilio says which keys were pressed, but documents no way to
tell a finishing `#` from silence; so `#` is taken as a key like any other, and ends nothing."""


SPOKEN: Final = {"en": "en-GB", "de": "de-DE", "es": "es-ES", "fr": "fr-FR", "ja": "ja-JP", "ar": "arb"}
"""What `<Say>` calls our languages (https://www.twilio.com/docs/voice/twiml/say#language; `Say.Language` in Twilio's
own libraries); `arb` is Modern Standard Arabic. Which voice reads a language is a setting of the account."""


def say(text: str, language: str) -> ET.Element:
    """Read a text out; in the account's own language where Twilio's name for `language` is not known."""
    spoken = ET.Element("Say", {"language": SPOKEN[language]} if language in SPOKEN else {})
    spoken.text = text
    return spoken


def pause() -> ET.Element:
    return ET.Element("Pause", length="1")


def gather(action: str, *prompts: ET.Element) -> ET.Element:
    """Read the prompts out and wait for two keys, or silence; what was pressed goes to `action`, also when it is
    nothing."""
    attributes = {
        "input": "dtmf",
        "action": action,
        "method": "POST",
        "finishOnKey": "",
        "numDigits": "2",
        "timeout": str(KEY_TIMEOUT),
        "actionOnEmptyResult": "true",
    }
    gathering = ET.Element("Gather", attributes)
    gathering.extend(prompts)
    return gathering


def document(*verbs: ET.Element) -> str:
    """A document that carries the verbs out and hangs up."""
    response = ET.Element("Response")
    response.extend([*verbs, ET.Element("Hangup")])
    return ET.tostring(response, encoding="unicode", xml_declaration=True)
