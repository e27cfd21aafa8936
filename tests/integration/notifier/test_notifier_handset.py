"""The notifier as a process against the demo's handset: real adapter, real signatures, all of its fault modes."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pydantic import AnyHttpUrl, SecretStr

from deploy.local.stack import SERVERS, LocalStack
from schemas.base import Event
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed
from schemas.verification import CallConfirmed, CallReported
from services.kit.crypto.keyring import Keyring
from services.notifier.settings import NotifierSettings
from tests.support.people.numbers import fresh_number
from tests.support.servers.kafka import event_broker, running, settings_for
from tests.support.servers.stack import local_stack
from tests.support.services.notifier import HEARD, Bench, hearing
from tests.support.services.providers import TwilioServer
from tests.support.waiting import until

"""The last digits of a number for each test: one number gets one message in 10 seconds."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, kafka_url: str) -> Iterator[LocalStack]:
    """Database, handset and notifier, on the shared broker."""
    with local_stack(tmp_path_factory.mktemp("notifier"), SECURITY_INFO_KAFKA_URL=kafka_url) as stack:
        stack.make_folders()
        stack.make_keys()
        stack.start(*SERVERS)
        stack.start("handset", "notifier")
        yield stack


@dataclass(frozen=True)
class Dependencies:
    """A person with a handset, and enrollment's side of the topics."""

    bench: Bench
    handset: str

    async def texts(self) -> list[dict[str, str]]:
        """What the handset shows for this number, newest first."""
        async with httpx.AsyncClient() as client:
            shown = await client.get(f"{self.handset}/api/messages", params={"to": self.bench.number})
        return list(shown.raise_for_status().json())

    async def mails(self) -> list[dict[str, str]]:
        """What the inbox shows for this address, newest first."""
        async with httpx.AsyncClient() as client:
            shown = await client.get(f"{self.handset}/api/mail", params={"to": self.bench.address})
        return list(shown.raise_for_status().json())

    async def call(self) -> dict[str, str]:
        """The call that rings for this number."""
        await until(self._calls)
        return (await self._calls())[0]

    async def press(self, digits: str) -> None:
        """Answer the call and press keys."""
        call = await self.call()
        async with httpx.AsyncClient() as client:
            pressed = await client.post(f"{self.handset}/api/calls/{call['id']}/press", json={"digits": digits})
        pressed.raise_for_status()

    async def fault(self, mode: str, **more: int) -> None:
        """Make both providers of texts behave like that."""
        async with httpx.AsyncClient() as client:
            for provider in ("twilio-a", "twilio-b"):
                told = await client.put(f"{self.handset}/api/faults", json={"provider": provider, "mode": mode, **more})
                told.raise_for_status()

    async def _calls(self) -> list[dict[str, str]]:
        async with httpx.AsyncClient() as client:
            shown = await client.get(f"{self.handset}/api/calls", params={"to": self.bench.number})
        return list(shown.raise_for_status().json())


@pytest.fixture
async def desk(demo: LocalStack) -> AsyncIterator[Dependencies]:
    """The providers are well, before and after."""
    base = settings_for(demo.kafka_url, demo.topic_prefix)
    more = {
        "mongodb_url": SecretStr(demo.mongodb_url),
        "callback_url": AnyHttpUrl(demo.url("notifier")),
        "config": Path("deploy/demo/config.yaml"),
    }
    settings = NotifierSettings.model_validate(base.model_dump() | more)
    keys = {
        "enrollment": Keyring.load(demo.home / "keys" / "enrollment.json", "enrollment", demo=True),
        "notifier": Keyring.load(demo.home / "keys" / "notifier.json", "notifier", demo=True),
    }
    bench = Bench(settings, keys, TwilioServer(), TwilioServer(), event_broker(base))
    bench.number = fresh_number()
    bench.enrollment.subscribe(HEARD, hearing(bench.heard), group=f"bench-{bench.user}")
    made = Dependencies(bench, demo.url("handset"))
    async with running(bench.enrollment):
        await made.fault("ok")
        yield made
        await made.fault("ok")


async def test_a_text_arrives_and_its_arrival_is_confirmed(desk: Dependencies) -> None:
    of = await desk.bench.ask()
    await desk.bench.told(DeliveryConfirmed)
    assert [type(event) for event in desk.bench.events()] == [CodeSent, DeliveryConfirmed]
    texts = await desk.texts()
    assert [text["body"].split("\n")[-1] for text in texts] == [f"@localhost #{desk.bench.code(of)}"]


async def test_a_lost_text_is_sent_and_never_confirmed(desk: Dependencies) -> None:
    await desk.fault("lost")
    await desk.bench.ask()
    await desk.bench.told(CodeSent)
    with pytest.raises(TimeoutError):
        await desk.bench.told(DeliveryConfirmed, within=2)


async def test_an_invalid_number_is_told(desk: Dependencies) -> None:
    await desk.fault("reject")
    await desk.bench.ask()
    failed = await desk.bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent) == ("destinationRejected", True)


@pytest.mark.parametrize("mode", ["error", "throttle"])
async def test_a_text_comes_after_the_providers_are_well_again(desk: Dependencies, mode: str) -> None:
    await desk.fault(mode)
    await desk.bench.ask()
    await asyncio.sleep(1)
    assert not await desk.texts()
    await desk.fault("ok")
    await desk.bench.told(CodeSent)
    await until(lambda: shown(desk, 1))


async def test_a_slow_answer_does_not_double_the_text(desk: Dependencies) -> None:
    await desk.fault("slow", delayMs=5500)
    await desk.bench.ask()
    sent = await desk.bench.told(CodeSent)
    await asyncio.sleep(1)  # by then the late answer has come
    assert isinstance(sent, CodeSent)
    assert (sent.repeated, len(await desk.texts())) == (False, 1)


async def test_a_request_that_hangs_is_sent_once_more(desk: Dependencies) -> None:
    await desk.fault("hang")
    await desk.bench.ask()
    await asyncio.sleep(2)
    await desk.fault("ok")
    sent = await desk.bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert sent.repeated
    await until(lambda: shown(desk, 1))


async def shown(desk: Dependencies, count: int) -> bool:
    return len(await desk.texts()) == count


async def test_a_mail_with_a_code_arrives_as_text_and_html(desk: Dependencies) -> None:
    of = await desk.bench.ask(channel="email")
    await desk.bench.told(CodeSent)
    (mail,) = await desk.mails()
    assert (mail["from"], mail["subject"]) == ("security-info@northbridge.example", "Your Northbridge code")
    assert mail["text"].startswith(f"{desk.bench.code(of)} is your Northbridge code.")
    assert f"<strong>{desk.bench.code(of)}</strong>" in mail["html"]


async def test_a_notice_arrives_once_with_its_link(desk: Dependencies) -> None:
    link = "http://localhost:8000/security-info/not-me?token=abc"
    notice = desk.bench.notice(link)
    await desk.bench.say(notice, notice, channel="email")
    sent = await desk.bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert (sent.challenge_id, sent.channel) == (notice.correlation_id, "email")
    await desk.bench.ask(channel="email")
    await until(lambda: len(desk.bench.events()) == 2)
    code, mail = await desk.mails()
    assert "A sign-in method was added" in mail["subject"]
    assert link in mail["text"]
    assert link in mail["html"]
    assert "code" in code["subject"]


@pytest.mark.parametrize(("keys", "event"), [("#", CallConfirmed), ("0#", CallReported)])
async def test_keys_pressed_in_a_call_are_told(desk: Dependencies, keys: str, event: type[Event]) -> None:
    of = await desk.bench.ask(channel="voice", kind="call")
    await desk.press(keys)
    await desk.bench.told(event)
    await desk.bench.told(DeliveryConfirmed)
    assert {type(one) for one in desk.bench.events()} == {CodeSent, DeliveryConfirmed, event}
    assert of.challenge_id in {one.correlation_id for one in desk.bench.heard}


async def test_a_call_reads_a_code_out(desk: Dependencies) -> None:
    of = await desk.bench.ask(channel="voice")
    await desk.bench.told(DeliveryConfirmed)
    await until(lambda: reads_out(desk, ", ".join(desk.bench.code(of))))


async def reads_out(desk: Dependencies, digits: str) -> bool:
    return digits in (await desk.call())["body"]


def test_neither_number_nor_code_is_in_the_log(demo: LocalStack) -> None:
    log = demo.log("notifier").read_text()
    assert "provider took a message" in log
    assert "+447700900" not in log
    assert not re.search(r"user-\w+@", log)
    assert "#" not in log
