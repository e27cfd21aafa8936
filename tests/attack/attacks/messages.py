"""Hostile names in what leaves the product: mails, texts, calls, and lines of the log. No service is asked."""

import io
import json
import logging
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default

import structlog
from defusedxml.ElementTree import ParseError, fromstring
from pydantic import SecretStr

from services.kit.clock import SystemClock
from services.kit.config.providers import SmtpProvider
from services.kit.telemetry import configure_logging
from services.notifier.channels.base import Particulars
from services.notifier.channels.email import Mails
from services.notifier.channels.sms import TextMessages
from services.notifier.channels.voice import Script
from services.notifier.domain.delivery import Notice
from services.notifier.providers.mail.smtp import SmtpMail
from tests.attack.attacks.injection import HOSTILE, LIVE, MARK, MULTIPLIED
from tests.attack.attempt import Attempt, Plan
from tests.attack.scene import Scene
from tests.support.builders.deliveries import delivery
from tests.support.clock import NOON

HEADERS = {"To", "From", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
TEXTS = {**HOSTILE, "a verb of a call": f"</Say><Dial>+4499{MARK}</Dial><Say>", "an entity": "&xxe;<!DOCTYPE x>"}
ADDRESSES = (
    f"sam@northbridge.example\r\nBcc: {MARK}@evil.example",
    f"sam@northbridge.example, {MARK}@evil.example",
    f"sam@northbridge.example>,<{MARK}@evil.example",
    f'"sam\r\nRCPT TO:<{MARK}@evil.example>"@northbridge.example',
    f"sam@northbridge.example\x00{MARK}@evil.example",
)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


async def mails(_: Scene, __: Plan) -> AsyncIterator[Attempt]:
    """A name of the person's own and the organisation's in a notice: no header, no part, no markup more."""
    server = SmtpProvider(name="m", type="smtp", host="localhost", sender="security-info@northbridge.example")
    sender, letters = SmtpMail(server, SystemClock()), Mails()
    for what, text in TEXTS.items():
        if what == "half a letter":
            continue
        notice = Notice(
            notice_id="n", kind="methodRegistered", method_type="softwareOath", display_name=text, happened_at=NOON
        )
        composed = letters.compose(delivery("email", notice), "sam@northbridge.example", _particulars(text))
        sent = message_from_bytes(sender._mail(composed).as_bytes(), policy=default)
        yield Attempt(f"a notice: {what}", 0, _more_than_written(sent))
    for address in ADDRESSES:
        composed = letters.compose(delivery("email"), address, _particulars("Northbridge", code="123456"))
        try:
            sent = message_from_bytes(sender._mail(composed).as_bytes(), policy=default)
        except Exception as refusal:  # noqa: BLE001 # however it is refused
            yield Attempt(f"to {address!r}: {type(refusal).__name__}", 0)
            continue
        several = len(sent["To"].addresses) != 1 or "Bcc" in sent
        yield Attempt(f"to {address!r}", 0, f"goes to {sent['To']}" if several else "")


async def texts_and_calls(_: Scene, __: Plan) -> AsyncIterator[Attempt]:
    """The organisation's name in a text and in a call: the code is the last line, the verbs are ours."""
    script, texts = Script(), TextMessages()
    for what, text in TEXTS.items():
        composed = texts.compose(delivery("email"), "+447700900142", _particulars(text, code="123456"))
        ends = composed.body.endswith("@localhost #123456") and MULTIPLIED not in composed.body
        yield Attempt(f"a text: {what}", 0, "" if ends else "does not end with the code")
        for name, said in {
            "code": script.code("en", organization=text, code="123456"),
            "question": script.question("en", organization=text, keys_url=f"http://localhost/{text}"),
        }.items():
            try:
                verbs = {element.tag for element in fromstring(said).iter()}
            except (ParseError, ValueError):
                # Twilio hangs up on what is no XML: nobody is called elsewhere.
                verbs = set()
            more = verbs - {"Response", "Say", "Pause", "Gather", "Hangup"}
            yield Attempt(f"a call's {name}: {what}", 0, f"has {more}" if more else "")


async def log_lines(_: Scene, __: Plan) -> AsyncIterator[Attempt]:
    """One line of JSON for each thing said, whatever it is about."""
    for what, text in TEXTS.items():
        written = _logged(text)
        lines = written.splitlines()
        single = len([line for line in lines if line]) == 1 and not CONTROL.search(written)
        readable = single and json.loads(lines[0])["path"] == text
        yield Attempt(f"a line of the log: {what}", 0, "" if readable else f"{written!r}")


def _logged(text: str) -> str:
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    stream = io.StringIO()
    try:
        configure_logging("enrollment", demo=False)
        handler = root.handlers[0]
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
        structlog.get_logger("attack").info("request", path=text)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**configuration)
    return stream.getvalue()


def _more_than_written(sent: Mail) -> str:
    more = set(sent.keys()) - HEADERS
    parts = {part.get_content_type() for part in sent.walk()}
    html = next(part for part in sent.walk() if part.get_content_type() == "text/html")
    shown = html.get_payload(decode=True)
    alive = [live for live in LIVE if isinstance(shown, bytes) and live.encode() in shown]
    odd = parts != {"multipart/alternative", "text/plain", "text/html"}
    return f"has {more} {parts} {alive}" if more or odd or alive else ""


def _particulars(organization: str, code: str | None = None) -> Particulars:
    return Particulars(organization, SecretStr(code) if code else None, timedelta(minutes=5), "localhost", None)
