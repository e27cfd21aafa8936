"""People who set up a method, or sign in by one, while something breaks: as platforms and devices do that do not give
up. What is not answered is asked again, with the same `Idempotency-Key`."""

import base64
import itertools
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Any, Literal

import httpx

from services.kit.crypto.codes import totp_code, totp_step
from tests.faults.push import PushService
from tests.support.people.api import SIX_DIGITS, Platform, Somebody, done
from tests.support.people.device import TestDevice
from tests.support.people.numbers import TAKEN

Way = Literal["text", "mail", "push", "code"]
WAYS: tuple[Way, ...] = ("text", "mail", "push", "code")

TOKEN_KEPT = 60.0
"""Seconds; it lives for five minutes."""
PATIENCE = 240.0
"""Seconds that a person or a platform goes on trying: less than a code lives."""
AGAIN_AFTER = 0.4
RESEND_AFTER = 35.0
MOST_SENDS = 30
"""Of messages to one person: nobody signs in so often."""
SHORTEST_PAUSE = 10.0
"""Seconds until somebody signs in again: a hundred people at once are as much as two processors bear."""
CODE_LIFE = timedelta(minutes=5)
NUMBERS = tuple(f"+447700900{number:03d}" for number in range(1000) if number not in TAKEN)
"""Each is somebody's for the whole run, as long as there are any."""


class GaveUpError(Exception):
    """It took longer than anybody waits."""


@dataclass
class Hope:
    """`lost` is set once nobody shall wait for anything any longer."""

    lost: Event = field(default_factory=Event)

    def wait(self, seconds: float = AGAIN_AFTER) -> None:
        """
        Raises:
            GaveUpError: nobody shall wait any longer.
        """
        if self.lost.wait(seconds):
            raise GaveUpError("the run did not wait any longer")


class Tally:
    """How often which answer came that asks for patience."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.counts: Counter[str] = Counter()

    def note(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1


def patient_client() -> httpx.Client:
    """One for all people, who are never told to wait for a connection. Making a client for each question would take
    longer than the question: it reads all certificates of the machine."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    return httpx.Client(timeout=30, trust_env=False, limits=limits)


@dataclass
class PatientPlatform(Platform):
    """Asks again while nobody answers, or the answer is that of a server in trouble."""

    tally: Tally = field(default_factory=Tally)
    hope: Hope = field(default_factory=Hope)
    http: httpx.Client = field(default_factory=patient_client, repr=False)
    _numbers: Iterator[str] = field(default_factory=lambda: itertools.cycle(NUMBERS), repr=False)
    _token: tuple[float, str] = (0.0, "")

    def token(self) -> str:
        """The same for a while: a hundred people who ask again and again would spend their time signing."""
        made, token = self._token
        if time.monotonic() > made + TOKEN_KEPT:
            token = super().token()
            self._token = time.monotonic(), token
        return token

    def number(self) -> str:
        return next(self._numbers)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        if method == "POST":
            headers = {"Idempotency_Key": secrets.token_hex(16), **headers}
        return self.until_answered(lambda: super(PatientPlatform, self).call(method, path, body, **headers))

    def until_answered(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        return until_answered(ask, self.tally, self.hope)


def until_answered(ask: Callable[[], httpx.Response], tally: Tally, hope: Hope) -> httpx.Response:
    """The first answer that is not of a server in trouble.

    Raises:
        GaveUpError: there was none.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            answer = ask()
        except httpx.TransportError:
            tally.note("no answer")
        else:
            if answer.status_code < 500 and not _is_at_work(answer):
                return answer
            tally.note("503 come again" if "Retry-After" in answer.headers else f"{answer.status_code}")
        hope.wait()
    raise GaveUpError("no answer")


def _is_at_work(answer: httpx.Response) -> bool:
    """The first request with this key was never answered, because its process was killed. The key is free again
    20 s later."""
    return answer.status_code == 409 and "Retry-After" in answer.headers


@dataclass
class Story:
    """What one person did: who, by which way, how many challenges and messages were asked for, and how it ended. Who
    comes again in another fault goes on counting."""

    user: str
    way: Way
    signs_in: bool
    destination: str = ""
    challenges: int = 0
    sends: int = 0
    ended: str = "not begun"
    seconds: float = 0.0


@dataclass
class Person:
    """Somebody with a way to prove who they are; `prepare` runs before anything breaks, `act` meanwhile. An app is
    announced its requests by `push`, and looks for them by itself."""

    somebody: Somebody
    story: Story
    push: PushService
    method_id: str = ""
    secret: bytes = b""
    device: TestDevice | None = None
    pause: float = 0.0
    typed: int = -1

    @property
    def platform(self) -> PatientPlatform:
        assert isinstance(self.somebody.platform, PatientPlatform)
        return self.somebody.platform

    def prepare(self) -> None:
        """Whoever signs in has the method already."""
        self.somebody.sign_in("everyone")
        if self.story.signs_in:
            self._register()
            assert self.story.ended == "verified", self.story

    def come_again(self) -> None:
        """Who has set up a method in one fault signs in by it in another one."""
        self.story.signs_in, self.story.ended, self.story.seconds = True, "not begun", 0.0

    def act(self, enough: Event) -> None:
        """Sign in, or set the method up; then sign in again from time to time, until that is enough or they have had as
        many messages as they may."""
        self._once(self._sign_in if self.story.signs_in else self._register)
        while not enough.wait(self.pause) and self.story.ended == "verified" and self.story.sends < MOST_SENDS:
            self._once(self._sign_in)

    def _once(self, act: Callable[[], None]) -> None:
        began = time.monotonic()
        try:
            act()
        except (GaveUpError, AssertionError, httpx.HTTPError, KeyError) as error:
            self.story.ended = f"{type(error).__name__}: {str(error)[:160]}"
        self.story.seconds = max(self.story.seconds, time.monotonic() - began)

    def _register(self) -> None:
        story = self.story
        match story.way:
            case "text":
                story.destination = story.destination or self.platform.number()
                fields = {"phoneNumber": story.destination, "phoneType": "mobile", "delivery": "sms"}
                begun = self.somebody.register("phone", **fields)
            case "mail":
                story.destination = story.destination or f"{story.user}@mail.example"
                begun = self.somebody.register("email", emailAddress=story.destination)
            case "push":
                begun = self.somebody.register("authenticatorApp")
                self.device = TestDevice(self.platform.stack.url("enrollment"))
                self.device.subscription = self.push.subscription(story.user)
                story.destination = story.user
                self._activate(begun["qrContent"])
                begun["challenge"] = self._eventually(
                    "a first request", lambda: self.somebody.registration(begun["id"]).get("challenge")
                )
            case "code":
                begun = self.somebody.register("softwareOath")
                self.secret = base64.b32decode(begun["secret"])
        self.method_id = begun["methodId"]
        self._prove(begun["challenge"])

    def _sign_in(self) -> None:
        self.story.ended = "begun"
        self._prove(
            self.somebody.asked("stepUp" if self.story.way != "mail" else "passwordReset", methodId=self.method_id)
        )

    def _prove(self, challenge: dict[str, Any]) -> None:
        self.story.challenges += 1
        if self.story.way != "code":
            self.story.sends += 1
        match self.story.way:
            case "text" | "mail":
                self._answer(challenge, self._message(challenge))
            case "push":
                self._approve(challenge)
            case "code":
                self._type_code(challenge)
        self.story.ended = self._end(challenge)

    def _message(self, challenge: dict[str, Any]) -> str:
        """The code of the first message that nobody read yet; asked for again where none comes."""
        opened = datetime.fromisoformat(challenge["expiresAt"]) - CODE_LIFE
        for _ in range(7):
            deadline = time.monotonic() + RESEND_AFTER
            while time.monotonic() < deadline:
                if code := self._code_since(opened):
                    return code
                self.platform.hope.wait()
            if self.platform.call("POST", f"/v1.0/challenges/{challenge['id']}/resend", {}).status_code == 202:
                self.story.sends += 1
        raise GaveUpError("no message came")

    def _code_since(self, opened: datetime) -> str | None:
        kind, part = ("messages", "body") if self.story.way == "text" else ("mail", "text")
        address = f"{self.platform.stack.url('handset')}/api/{kind}"
        try:
            messages = self.platform.http.get(address, params={"to": self.story.destination}).json()
        except httpx.TransportError:
            self.platform.tally.note("no answer of the handset")
            return None
        for message in messages:
            found = SIX_DIGITS.search(message[part])
            if found and datetime.fromisoformat(message["at"]) >= opened:
                return found.group()
        return None

    def _answer(self, challenge: dict[str, Any], code: str) -> str:
        """The code of the catalogue, or "" where the answer was taken."""
        response = self.somebody.answer(challenge, {"code": code}, Prefer="wait=10")
        return "" if response.status_code < 300 else str(response.json()["code"])

    def _type_code(self, challenge: dict[str, Any]) -> None:
        """Of a step that no code was typed of: what was taken, and is judged only later, could not be told apart."""
        for _ in range(4):
            while (step := totp_step(datetime.now(UTC))) <= self.typed:
                self.platform.hope.wait()
            self.typed = step
            refused = self._answer(challenge, totp_code(self.secret, datetime.now(UTC)))
            if refused not in {"codeIncorrect", "codeUsed"}:
                return

    def _approve(self, challenge: dict[str, Any]) -> None:
        """As often as the request is shown; whether it arrived, the challenge tells."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._status(challenge) == "pending":
            assert self.device
            try:
                for request in self.device.requests().raise_for_status().json():
                    if request["challengeId"] == challenge["id"]:
                        self.device.answer(request, "approve", challenge["numberMatch"])
            except httpx.HTTPError:
                self.platform.tally.note("no answer to a device")
            self.platform.hope.wait()

    def _activate(self, link: str) -> None:
        """Whose answer was lost asks again, and is known by its key."""
        assert self.device
        device = self.device
        answer = self.platform.until_answered(lambda: device.activate_by_link(link))
        assert answer.status_code == 201, answer.text

    def _end(self, challenge: dict[str, Any]) -> str:
        def ended() -> str | None:
            status = self._status(challenge)
            return None if status == "pending" else status

        return str(self._eventually("an end", ended))

    def _status(self, challenge: dict[str, Any]) -> str:
        return str(done(self.platform.call("GET", f"/v1.0/challenges/{challenge['id']}"), 200)["status"])

    def _eventually(self, what: str, look: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if (found := look()) is not None:
                return found
            self.platform.hope.wait()
        raise GaveUpError(what)
