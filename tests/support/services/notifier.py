"""A bench for the notifier: enrollment's side of the topics, providers that speak Twilio's protocol, what is said."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import uuid4

import httpx
import yaml
from pymongo import MongoClient

from schemas.base import Channel, Event
from schemas.enrollment import ChallengeCancelled, Destination, MethodRequested, NoticeRequested
from schemas.envelope import Envelope
from schemas.topics import DELIVERIES, REQUESTS, SUBMISSIONS
from schemas.verification import ChallengeTerms, CodeTerms
from services.kit.crypto.codes import derive_code
from services.kit.crypto.key_files import new_keyrings
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, Sealer, keyed_hash
from services.kit.ids import new_id
from services.kit.kafka.broker import EventBroker, EventHandlers
from services.kit.settings import ServiceSettings
from services.notifier.app import build
from services.notifier.settings import NotifierSettings
from tests.support.servers.kafka import event_broker, running
from tests.support.servers.process import free_port
from tests.support.services.providers import SID, TOKEN, TwilioServer, twilio
from tests.support.serving import serving
from tests.support.waiting import until

TENANT = "northbridge"
LIFE = timedelta(minutes=5)
HEARD = (DELIVERIES, SUBMISSIONS)


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

    @property
    def address(self) -> str:
        """The person's mail address."""
        return f"{self.user}@northbridge.example"

    def terms(
        self, *, life: timedelta = LIFE, number: str | None = None, kind: Literal["code", "call"] = "code"
    ) -> ChallengeTerms:
        """A challenge to prove the number, or whatever stands for it."""
        now = datetime.now(UTC)
        return ChallengeTerms(
            challenge_id=new_id(),
            purpose="registration",
            kind=kind,
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

    def request(self, of: ChallengeTerms, *, send: int = 1, channel: Channel = "sms", locale: str = "en") -> Envelope:
        """The event by which enrollment asks for a message."""
        destination = self.address if channel == "email" else self.number
        sealed = self._sealed(destination, of.method_id, of.challenge_id)
        event = MethodRequested(
            terms=of,
            channel=channel,
            send=send,
            destination=Destination(sealed=sealed, masked="+44 •••• ••0142"),
            locale=locale,
            not_after=of.expires_at,
            requested_at=datetime.now(UTC),
        )
        return self._enveloped(event, of.challenge_id)

    def notice(self, link: str, *, channel: Channel = "email", locale: str = "en") -> Envelope:
        """The event by which it tells the person of a change."""
        identifier, now = new_id(), datetime.now(UTC)
        destination = self.address if channel == "email" else self.number
        event = NoticeRequested(
            notice_id=identifier,
            kind="methodRegistered",
            channel=channel,
            method_type="phone",
            display_name="+44 •••• ••0142",
            destination=Destination(sealed=self._sealed(destination, identifier), masked="u•••@northbridge.example"),
            link=self._sealed(link, identifier, "link"),
            locale=locale,
            happened_at=now,
            not_after=now + LIFE,
            requested_at=now,
        )
        return self._enveloped(event, identifier)

    def cancellation(self, of: ChallengeTerms) -> Envelope:
        """The event by which it says that the challenge is over."""
        event = ChallengeCancelled(
            challenge_id=of.challenge_id, method_id=of.method_id, reason="cancelled", cancelled_at=datetime.now(UTC)
        )
        return self._enveloped(event, of.challenge_id)

    async def say(self, *envelopes: Envelope, channel: Channel = "sms") -> None:
        """Publish as enrollment would."""
        for envelope in envelopes:
            await self.enrollment.publish(REQUESTS[channel], envelope)

    async def ask(
        self, *, life: timedelta = LIFE, channel: Channel = "sms", kind: Literal["code", "call"] = "code"
    ) -> ChallengeTerms:
        """A new challenge, whose message is asked for."""
        of = self.terms(life=life, kind=kind, number=self.address if channel == "email" else self.number)
        await self.say(self.request(of, channel=channel), channel=channel)
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

    def _sealed(self, plain: str, method: str, challenge: str = "") -> str:
        binding = Binding(TENANT, self.user, method, challenge)
        return Sealer(self.keys["enrollment"]).seal("destination", plain.encode(), binding)

    def _enveloped(self, event: Event, correlation_id: str) -> Envelope:
        return Envelope(
            id=new_id(),
            type=type(event).__name__,
            source="enrollment",
            time=datetime.now(UTC),
            tenant=TENANT,
            correlation_id=correlation_id,
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
    callers = [account | {"name": f"{account['name']}-voice"} for account in accounts]
    providers = {"sms": accounts, "voice": callers}
    config = {"tenants": {TENANT: tenant}, "clients": {}, "providers": providers}
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
        bench.enrollment.subscribe(HEARD, hearing(bench.heard), group=f"bench-{uuid4().hex}")
        await opened.enter_async_context(running(bench.enrollment))
        yield bench


def hearing(heard: list[Envelope]) -> EventHandlers:
    """Handlers that note everything that the notifier says."""
    handlers = EventHandlers()

    async def hear(_: Event, envelope: Envelope) -> None:
        heard.append(envelope)

    for event in (event for topic in HEARD for event in topic.events):
        handlers.on(event)(hear)
    return handlers


@asynccontextmanager
async def notifying(bench: Bench, channel: Channel = "sms") -> AsyncIterator[str]:
    """The notifier in this process, ready; gives its address."""
    async with serving(build(bench.settings, [channel]), bench.settings.notifier_port) as port:
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
        "sms",
        env={**inherited, **variables, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
