"""Twilio's markup for calls: https://www.twilio.com/docs/voice/twiml."""

from xml.etree import ElementTree as ET

MEDIA_TYPE = "application/xml"
KEY_TIMEOUT = 3
"""Seconds of silence after which what was pressed counts. Twilio says which keys were pressed, but documents no way to
tell a finishing `#` from silence; so `#` is taken as a key like any other, and ends nothing."""


def say(text: str) -> ET.Element:
    spoken = ET.Element("Say")
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


def last_words(text: str) -> str:
    return document(say(text))


def document(*verbs: ET.Element) -> str:
    """A document that carries the verbs out and hangs up."""
    response = ET.Element("Response")
    response.extend([*verbs, ET.Element("Hangup")])
    return ET.tostring(response, encoding="unicode", xml_declaration=True)
