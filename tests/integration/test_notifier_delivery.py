"""The notifier on the real broker and database, with providers that speak Twilio's protocol."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import yaml
from pymongo import MongoClient

from schemas.base import Event
from schemas.enrollment import ChallengeCancelled, Destination, MethodRequested
from schemas.envelope import Envelope
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, SendRefused
from schemas.topics import DELIVERIES, REQUESTS
from schemas.verification import ChallengeTerms, CodeTerms
from services.kit.codes import derive_code
from services.kit.ids import new_id
from services.kit.kafka.broker import EventBroker, EventHandlers
from services.kit.keyring import Keyring, new_keyrings
from services.kit.sealing import Binding, Sealer, keyed_hash
from services.kit.settings import ServiceSettings
from services.notifier.app import build
from services.notifier.settings import NotifierSettings
from tests.support.kafka import LocalKafka, event_broker, free_port, running
from tests.support.mongo import LocalDatabase
from tests.support.providers import SID, TOKEN, TwilioServer, serving, twilio
from tests.support.waiting import until

TENANT = "northbridge"
LIFE = timedelta(minutes=5)


@dataclass
class Bench:
    """Enrollment's side of the topics, two accounts at Twilio, and how to reach the notifier."""

    settings: NotifierSettings
    keys: Mapping[str, Keyring]
    a: TwilioServer
    b: TwilioServer
    enrollment: EventBroker
    user: str = field(default_factory=lambda: f"user-{uuid4().hex[:12]}")
    number: str = field(default_factory=lambda: f"+4477009{uuid4().int % 100_000:05}")
    heard: list[Envelope] = field(default_factory=list)

    @property
    def texts(self) -> list[dict[str, str]]:
        """What either provider took, newest first."""
        return [*self.a.messages, *self.b.messages]

    def events(self) -> list[Event]:
        """What the notifier said of this person, each once, in order."""
        return [one.event for one in {one.id: one for one in self.heard if one.subject == self.user}.values()]

    async def told(self, kind: type[Event], within: float = 30.0) -> Event:
        """The first event of that kind."""
        await until(lambda: any(isinstance(event, kind) for event in self.events()), within)
        return next(event for event in self.events() if isinstance(event, kind))

    def terms(self, *, life: timedelta = LIFE, number: str | None = None) -> ChallengeTerms:
        """A challenge to prove the number."""
        now = datetime.now(UTC)
        return ChallengeTerms(
            challenge_id=new_id(),
            purpose="registration",
            kind="code",
            method_id="method-1",
            method_type="phone",
            created_at=now,
            expires_at=now + life,
            code=CodeTerms(
                nonce="A" * 22,
                destination_hash=keyed_hash(self.keys["enrollment"], number or self.number, tenant=TENANT),
            ),
        )

    def code(self, of: ChallengeTerms) -> str:
        """The code that belongs to it."""
        return derive_code(self.keys["notifier"], of, tenant=TENANT).get_secret_value()

    def request(self, of: ChallengeTerms, *, send: int = 1) -> Envelope:
        """The event by which enrollment asks for a message."""
        binding = Binding(TENANT, self.user, of.method_id, of.challenge_id)
        sealed = Sealer(self.keys["enrollment"]).seal("destination", self.number.encode(), binding)
        event = MethodRequested(
            terms=of,
            channel="sms",
            send=send,
            destination=Destination(sealed=sealed, masked="+44 •••• ••0142"),
            not_after=of.expires_at,
            requested_at=datetime.now(UTC),
        )
        return self._enveloped(event, of)

    def cancellation(self, of: ChallengeTerms) -> Envelope:
        """The event by which it says that the challenge is over."""
        event = ChallengeCancelled(
            challenge_id=of.challenge_id, method_id=of.method_id, reason="cancelled", cancelled_at=datetime.now(UTC)
        )
        return self._enveloped(event, of)

    async def say(self, *envelopes: Envelope) -> None:
        """Publish as enrollment would."""
        for envelope in envelopes:
            await self.enrollment.publish(REQUESTS["sms"], envelope)

    async def ask(self, *, life: timedelta = LIFE) -> ChallengeTerms:
        """A new challenge, whose message is asked for."""
        of = self.terms(life=life)
        await self.say(self.request(of))
        return of

    def stored(self) -> str:
        """All that the database holds, as text."""
        with MongoClient[dict[str, object]](self.settings.mongodb_url.get_secret_value()) as client:
            base = client["notifier"]
            return "\n".join(str(one) for name in base.list_collection_names() for one in base[name].find())

    def statuses(self) -> list[str]:
        """The states of all deliveries."""
        with MongoClient[dict[str, dict[str, str]]](self.settings.mongodb_url.get_secret_value()) as client:
            return [one["state"]["status"] for one in client["notifier"]["deliveries"].find()]

    def _enveloped(self, event: Event, of: ChallengeTerms) -> Envelope:
        return Envelope(
            id=new_id(),
            type=type(event).__name__,
            source="enrollment",
            time=datetime.now(UTC),
            tenant=TENANT,
            correlation_id=of.challenge_id,
            subject=self.user,
            event=event,
        )


def write_files(home: Path, servers: Mapping[str, TwilioServer]) -> dict[str, Path]:
    """Keyrings of both services, made before any challenge, and a configuration."""
    made = new_keyrings(datetime.now(UTC) - timedelta(days=1))
    for service in ("enrollment", "notifier"):
        (home / f"{service}.json").write_text(json.dumps(made[service]))
    accounts = [
        {
            "name": name,
            "type": "twilio",
            "baseUrl": f"http://127.0.0.1:{server.port}",
            "accountSid": SID,
            "authToken": TOKEN,
            "sender": "+447700900999",
        }
        for name, server in servers.items()
    ]
    group = {"staff": {"required": ["phone"], "allowed": ["phone"]}}
    tenant = {"displayName": "Northbridge", "groups": group, "defaultGroup": "staff"}
    config = {"tenants": {TENANT: tenant}, "clients": {}, "providers": {"sms": accounts}}
    (home / "config.yaml").write_text(yaml.safe_dump(config))
    return {"keyring": home / "notifier.json", "config": home / "config.yaml"}


@asynccontextmanager
async def benched(
    settings: ServiceSettings, mongodb_url: str, home: Path, *, names: tuple[str, ...] = ("twilio-a",)
) -> AsyncIterator[Bench]:
    """Everything but the notifier."""
    async with AsyncExitStack() as opened:
        a, b = await opened.enter_async_context(twilio()), await opened.enter_async_context(twilio())
        files = write_files(
            home, {name: server for name, server in zip(("twilio-a", "twilio-b"), (a, b), strict=True) if name in names}
        )
        port = free_port()
        more = {"mongodb_url": mongodb_url, "notifier_port": port, "callback_url": f"http://127.0.0.1:{port}", **files}
        notifier = NotifierSettings.model_validate(settings.model_dump() | more)
        keys = {
            "enrollment": Keyring.load(home / "enrollment.json", "enrollment"),
            "notifier": Keyring.load(home / "notifier.json", "notifier"),
        }
        bench = Bench(notifier, keys, a, b, event_broker(settings))
        bench.enrollment.subscribe([DELIVERIES], hearing(bench.heard), group=None)
        await opened.enter_async_context(running(bench.enrollment))
        yield bench


def hearing(heard: list[Envelope]) -> EventHandlers:
    """Handlers that note everything about deliveries."""
    handlers = EventHandlers()

    async def hear(_: Event, envelope: Envelope) -> None:
        heard.append(envelope)

    for event in DELIVERIES.events:
        handlers.on(event)(hear)
    return handlers


@asynccontextmanager
async def notifying(bench: Bench) -> AsyncIterator[str]:
    """The notifier in this process, ready; gives its address."""
    async with serving(build(bench.settings, ["sms"]), bench.settings.notifier_port) as port:
        url = f"http://127.0.0.1:{port}"
        await until(lambda: is_ready(url))
        yield url


def shows(code: str, text: str) -> bool:
    """Whether the code stands there as a token of its own, not within an id."""
    return re.search(rf"(?<![0-9A-Za-z_-]){code}(?![0-9A-Za-z_-])", text) is not None


async def is_ready(url: str) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"{url}/readyz", timeout=5)).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture
async def bench(settings: ServiceSettings, own_mongodb: LocalDatabase, tmp_path: Path) -> AsyncIterator[Bench]:
    """One provider, and a notifier that is ready."""
    async with benched(settings, own_mongodb.url, tmp_path) as made, notifying(made):
        yield made


@pytest.fixture
async def pair(settings: ServiceSettings, own_mongodb: LocalDatabase, tmp_path: Path) -> AsyncIterator[Bench]:
    """Two providers, and a notifier that is ready."""
    async with benched(settings, own_mongodb.url, tmp_path, names=("twilio-a", "twilio-b")) as made, notifying(made):
        yield made


async def test_a_request_becomes_a_text_with_the_code_and_nothing_in_clear(bench: Bench) -> None:
    of = await bench.ask()
    sent = await bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert (sent.provider, sent.repeated, sent.challenge_id) == ("twilio-a", False, of.challenge_id)
    assert [text["to"] for text in bench.texts] == [bench.number]
    assert bench.texts[0]["body"].split("\n")[-2:] == ["", f"@localhost #{bench.code(of)}"]
    stored = await asyncio.to_thread(bench.stored)
    assert bench.number not in stored
    assert not shows(bench.code(of), stored)
    assert all(bench.number.encode() not in one.body for one in bench.heard)


async def test_a_redelivered_request_sends_nothing_more(bench: Bench) -> None:
    of = bench.terms()
    request = bench.request(of)
    await bench.say(request, request)
    await bench.told(CodeSent)
    later = bench.terms(number="+447700900001")
    await bench.say(request, bench.request(later))
    await bench.told(DeliveryFailed)
    assert len(bench.texts) == 1


async def test_reports_are_told_and_forged_or_repeated_ones_change_nothing(bench: Bench) -> None:
    await bench.ask()
    await bench.told(CodeSent)
    text = bench.texts[0]
    assert await bench.a.report(text, "delivered", token="wrong") == 403
    assert [type(event) for event in bench.events()] == [CodeSent]
    for status in ("delivered", "sent", "delivered", "queued"):
        assert await bench.a.report(text, status) == 204
    await bench.told(DeliveryConfirmed)
    assert [type(event) for event in bench.events()] == [CodeSent, DeliveryConfirmed]
    unknown = {**text, "callback": text["callback"].rpartition("/")[0] + "/nobody"}
    assert await bench.a.report(unknown, "delivered") == 204


async def test_an_undelivered_text_is_told(bench: Bench) -> None:
    await bench.ask()
    await bench.told(CodeSent)
    assert await bench.a.report(bench.texts[0], "undelivered", ErrorCode="30006") == 204
    failed = await bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent) == ("notDelivered", True)


async def test_a_destination_that_the_code_is_not_for_is_refused(bench: Bench) -> None:
    await bench.say(bench.request(bench.terms(number="+447700900001")))
    failed = await bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent, bench.a.calls) == ("destinationMismatch", True, 0)


async def test_nothing_is_sent_after_the_code_died(bench: Bench) -> None:
    await bench.ask(life=timedelta(seconds=-1))
    failed = await bench.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, bench.a.calls) == ("expiredBeforeSending", 0)


async def test_a_number_gets_one_message_in_ten_seconds(bench: Bench) -> None:
    of = await bench.ask()
    await bench.told(CodeSent)
    await bench.say(bench.request(of, send=2))
    refused = await bench.told(SendRefused)
    assert isinstance(refused, SendRefused)
    assert refused.reason == "resendTooSoon"
    assert 1 <= (refused.retry_after or 0) <= 10
    assert len(bench.texts) == 1


async def test_a_rejected_number_is_permanent_and_no_other_provider_is_tried(pair: Bench) -> None:
    pair.a.mode = "reject"
    await pair.ask()
    failed = await pair.told(DeliveryFailed)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent, pair.b.calls) == ("destinationRejected", True, 0)


async def test_the_next_provider_takes_over_at_once(pair: Bench) -> None:
    pair.a.mode = "error"
    await pair.ask()
    sent = await pair.told(CodeSent, within=3)
    assert isinstance(sent, CodeSent)
    assert (sent.provider, sent.repeated, len(pair.texts)) == ("twilio-b", False, 1)


async def test_a_failing_provider_is_tried_again_and_counts_once(bench: Bench) -> None:
    bench.a.mode = "error"
    await bench.ask()
    await until(lambda: bench.a.calls >= 2)
    bench.a.mode = "ok"
    await bench.told(CodeSent)
    assert len(bench.texts) == 1


async def test_a_provider_that_keeps_failing_is_told_while_the_person_waits(bench: Bench) -> None:
    bench.a.mode = "error"
    await bench.ask(life=timedelta(seconds=3))
    failed = await bench.told(DeliveryFailed, within=5)
    assert isinstance(failed, DeliveryFailed)
    assert (failed.reason, failed.permanent) == ("providerUnavailable", False)


async def test_a_throttling_provider_is_left_alone_for_so_long(bench: Bench) -> None:
    bench.a.mode, bench.a.retry_after = "throttle", "3"
    await bench.ask()
    await until(lambda: bench.a.calls == 1)
    began = asyncio.get_running_loop().time()
    bench.a.mode = "ok"
    await bench.told(CodeSent)
    assert asyncio.get_running_loop().time() - began >= 2.5
    assert bench.a.calls == 2


async def test_an_answer_that_comes_too_late_sends_nothing_twice(bench: Bench) -> None:
    bench.a.mode, bench.a.delay = "slow", 7.0
    await bench.ask()
    sent = await bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert (sent.repeated, len(bench.texts), bench.a.inquiries) == (False, 1, 1)


async def test_a_provider_that_swallows_a_request_gets_it_once_more(bench: Bench) -> None:
    bench.a.mode = "hang"
    await bench.ask()
    await until(lambda: bench.a.calls == 1)
    bench.a.mode = "ok"
    sent = await bench.told(CodeSent)
    assert isinstance(sent, CodeSent)
    assert (sent.repeated, len(bench.texts)) == (True, 1)


async def test_a_report_before_the_answer_settles_it(bench: Bench) -> None:
    bench.a.mode, bench.a.delay = "slow", 3.0
    await bench.ask()
    await until(lambda: bool(bench.texts))
    assert await bench.a.report(bench.texts[0], "delivered") == 204
    await bench.told(DeliveryConfirmed, within=2.5)
    await until(lambda: "delivered" in bench.statuses())
    assert [type(event) for event in bench.events()] == [CodeSent, DeliveryConfirmed]


async def test_a_cancelled_challenge_is_not_tried_again(bench: Bench) -> None:
    bench.a.mode = "error"
    of = await bench.ask()
    await until(lambda: bench.a.calls >= 2)
    await bench.say(bench.cancellation(of))
    await until(lambda: bench.statuses() == ["cancelled"])
    assert not bench.texts


async def test_a_hundred_requests_are_each_sent_once(bench: Bench) -> None:
    people = [Bench(bench.settings, bench.keys, bench.a, bench.b, bench.enrollment) for _ in range(100)]
    for index, person in enumerate(people):
        person.number, person.heard = f"+4477009{index:05}", bench.heard
    await asyncio.gather(*(person.ask() for person in people))
    await until(lambda: len({one.subject for one in bench.heard if isinstance(one.event, CodeSent)}) == 100)
    assert len(bench.texts) == 100


async def test_kill_between_claim_and_answer_leads_to_one_text(
    settings: ServiceSettings, own_mongodb: LocalDatabase, tmp_path: Path
) -> None:
    async with benched(settings, own_mongodb.url, tmp_path) as bench:
        bench.a.mode = "hang"
        first = await started(bench.settings)
        of = await bench.ask()
        await until(lambda: bench.a.calls == 1)
        first.send_signal(signal.SIGKILL)
        killed, _ = await first.communicate()
        bench.a.mode = "ok"
        second = await started(bench.settings)
        sent = await bench.told(CodeSent, within=40)
        second.send_signal(signal.SIGTERM)
        output, _ = await second.communicate()
        assert isinstance(sent, CodeSent)
        assert sent.repeated
        assert [bench.code(of) in text["body"] for text in bench.texts] == [True]
        assert second.returncode == 0
        assert bench.number.encode() not in killed + output
        assert not shows(bench.code(of), (killed + output).decode())


async def test_a_text_that_was_taken_before_the_kill_is_not_sent_again(
    settings: ServiceSettings, own_mongodb: LocalDatabase, tmp_path: Path
) -> None:
    async with benched(settings, own_mongodb.url, tmp_path) as bench:
        bench.a.mode, bench.a.delay = "slow", 4.0
        first = await started(bench.settings)
        await bench.ask()
        await until(lambda: bool(bench.texts))
        first.send_signal(signal.SIGKILL)
        await first.communicate()
        async with notifying(bench):
            sent = await bench.told(CodeSent, within=40)
        assert isinstance(sent, CodeSent)
        assert (sent.repeated, len(bench.texts)) == (False, 1)


async def test_it_starts_without_kafka_and_delivers_once_it_is_back(
    own_kafka: LocalKafka, settings: ServiceSettings, own_mongodb: LocalDatabase, tmp_path: Path
) -> None:
    async with benched(settings, own_mongodb.url, tmp_path) as bench:
        await asyncio.to_thread(own_kafka.stop)
        try:
            async with serving(build(bench.settings, ["sms"]), bench.settings.notifier_port) as port:
                url = f"http://127.0.0.1:{port}"
                assert not await is_ready(url)
                await asyncio.to_thread(own_kafka.start)
                await until(lambda: is_ready(url), within=40)
                await until(bench.enrollment.ready)
                await bench.ask()
                await bench.told(CodeSent)
        finally:
            if not await listens_again(own_kafka):
                await asyncio.to_thread(own_kafka.start)


async def listens_again(kafka: LocalKafka) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", kafka.port)
    except OSError:
        return False
    writer.close()
    return True


async def test_it_starts_without_a_database_and_loses_nothing(
    settings: ServiceSettings, own_mongodb: LocalDatabase, tmp_path: Path
) -> None:
    own_mongodb.stop()
    async with (
        benched(settings, own_mongodb.url, tmp_path) as bench,
        serving(build(bench.settings, ["sms"]), bench.settings.notifier_port) as port,
    ):
        url = f"http://127.0.0.1:{port}"
        assert not await is_ready(url)
        await bench.ask()
        await asyncio.to_thread(own_mongodb.start)
        await until(lambda: is_ready(url))
        await bench.told(CodeSent)
        assert len(bench.texts) == 1


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("CONFIG", "/nowhere.yaml", b"SECURITY_INFO_CONFIG"),
        ("CONFIG", "no-providers.yaml", b"providers.sms is empty"),
        ("KEYRING", "/nowhere.json", b"SECURITY_INFO_KEYRING"),
        ("CLOCK_OFSET", "1", b"SECURITY_INFO_CLOCK_OFSET"),
    ],
)
async def test_a_mistake_ends_the_start_with_one_line(variable: str, value: str, says: bytes, tmp_path: Path) -> None:
    files = write_files(tmp_path, {"twilio-a": TwilioServer(port=1)})
    content = yaml.safe_load(files["config"].read_text())
    (tmp_path / "no-providers.yaml").write_text(yaml.safe_dump(content | {"providers": {}}))
    given = str(tmp_path / value) if value.startswith("no-") else value
    made = NotifierSettings.model_validate({"environment": "demo", **files})
    process = await launched(made, {f"SECURITY_INFO_{variable}": given})
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.count(b"\n") == 1
    assert says in errors


async def started(settings: NotifierSettings) -> asyncio.subprocess.Process:
    """The notifier as a process of its own, ready."""
    process = await launched(settings, {})
    await until(lambda: is_ready(f"http://127.0.0.1:{settings.notifier_port}"))
    return process


async def launched(settings: NotifierSettings, more: Mapping[str, str]) -> asyncio.subprocess.Process:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SECURITY_INFO_")}
    variables = {
        "SECURITY_INFO_ENVIRONMENT": "demo",
        "SECURITY_INFO_KAFKA_URL": settings.kafka_url,
        "SECURITY_INFO_MONGODB_URL": settings.mongodb_url.get_secret_value(),
        "SECURITY_INFO_TOPIC_PREFIX": settings.topic_prefix,
        "SECURITY_INFO_KEYRING": str(settings.keyring),
        "SECURITY_INFO_CONFIG": str(settings.config),
        "SECURITY_INFO_CALLBACK_URL": settings.callback_origin,
        "SECURITY_INFO_NOTIFIER_PORT": str(settings.notifier_port),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.notifier",
        env={**inherited, **variables, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
