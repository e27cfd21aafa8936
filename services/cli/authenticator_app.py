"""The device protocol from the app's side, over HTTP, and the file that an app's state is kept in."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from services.cli.failures import CommandFailedError
from services.kit.clock import Clock
from services.kit.crypto.codes import totp_code
from services.kit.crypto.device import (
    Decision,
    DevicePrivateKey,
    DeviceTokenError,
    sign_activation,
    sign_answer,
    sign_request,
)
from services.kit.crypto.sealing import decode

TIMEOUT = httpx.Timeout(20.0)
"""Seconds for one call; the service judges an answer for up to 10."""
STREAM_TIMEOUT = httpx.Timeout(20.0, read=45.0)
LONGEST_LINE = 65536
RETRY_AFTER = 1.0
NOTICE_ID = re.compile(r"^[A-Za-z0-9._-]{1,128}$")
DONE: dict[Decision, str] = {"approve": "approved", "deny": "denied", "report": "reported"}


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


class AppState(_Model):
    """What the app remembers. `clock_off` is how many seconds the service is ahead of this machine."""

    origin: str
    device_id: str
    key: SecretStr
    secret: SecretStr | None = None
    clock_off: int = 0


class _Account(_Model):
    organization: str = Field(max_length=256)
    user: str = Field(max_length=320)


class _Connected(_Model):
    device_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,128}$")
    account: _Account


class _Request(_Model):
    challenge_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,128}$")
    nonce: str


class Notice(_Model):
    """A change that the person is told of by this app."""

    notice_id: str = Field(pattern=NOTICE_ID)
    text: str = Field(max_length=512)
    can_report: bool = False


class _Problem(_Model):
    kind: str = Field(default="", max_length=64, alias="code")
    title: str = Field(default="", max_length=256)


REQUESTS = TypeAdapter(list[_Request])
NOTICES = TypeAdapter(list[Notice])


class App:
    """One connected app."""

    def __init__(self, state: AppState, clock: Clock) -> None:
        self.state = state
        self._clock = clock
        try:
            self._key = DevicePrivateKey.from_json(state.key.get_secret_value())
        except DeviceTokenError:
            raise CommandFailedError(
                "the app's key is damaged; connect it anew with 'authenticator activate'"
            ) from None

    @classmethod
    async def activate(cls, url: str, code: str, secret: str | None, name: str, clock: Clock) -> tuple[AppState, str]:
        """Connect a new app; gives what it must remember, and the account's name.

        Raises:
            CommandFailedError: the service does not answer, or refuses.
        """
        key = DevicePrivateKey.generate()
        app = cls(AppState(origin=_origin(url), device_id="", key=SecretStr(key.to_json())), clock)
        content = _secret_bytes(secret) if secret else None

        def token() -> str:
            return sign_activation(key, code=code, device_name=name, aud=app.state.origin, at=app.now(), secret=content)

        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            answer = await app._post(client, f"{url.rstrip('/')}/activate", token)
        if answer.status_code != httpx.codes.CREATED:
            _refuse(answer)
        try:
            connected = _Connected.model_validate_json(answer.content)
        except ValidationError:
            _unreadable(app.state.origin)
        kept = {"device_id": connected.device_id, "secret": SecretStr(secret) if secret else None}
        return app.state.model_copy(update=kept), f"{connected.account.user} at {connected.account.organization}"

    def now(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self.state.clock_off)

    def code(self) -> str:
        """The current one-time code. Raises CommandFailedError: the app has no secret."""
        if self.state.secret is None:
            raise CommandFailedError("the app has no secret, so it has no codes; connect it anew with --secret")
        return totp_code(_secret_bytes(self.state.secret.get_secret_value()), self.now())

    async def answer_next(self, decision: Decision, number: str | None, *, within: float) -> str:
        """Wait for a request, the newest first, and answer it; what came of it.

        Raises:
            CommandFailedError: none came, the service does not answer, or it refuses.
        """
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            try:
                async with asyncio.timeout(within):
                    request = await self._next(client)
            except TimeoutError:
                raise CommandFailedError(f"no request came within {within:g} s") from None
            url = f"{self.state.origin}/device/v1/requests/{request.challenge_id}/answer"
            answer = await self._post(client, url, lambda: self._answer(request, decision, number))
        if answer.status_code not in {httpx.codes.NO_CONTENT, httpx.codes.ACCEPTED}:
            _refuse(answer)
        return DONE[decision] if answer.status_code == httpx.codes.NO_CONTENT else "judging"

    async def notices(self) -> list[Notice]:
        """What changed, the newest first. Raises CommandFailedError: the service does not answer, or refuses."""
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            answer = await self._called(client, "GET", f"{self.state.origin}/device/v1/notices")
        if answer.status_code != httpx.codes.OK:
            _refuse(answer)
        try:
            return NOTICES.validate_json(answer.content)
        except ValidationError:
            _unreadable(self.state.origin)

    async def not_me(self, notice_id: str) -> None:
        """ "This wasn't me". Raises CommandFailedError: the service does not answer, or refuses."""
        if not NOTICE_ID.fullmatch(notice_id):
            raise CommandFailedError("that is no id of a notice; 'authenticator notices' shows them")
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            url = f"{self.state.origin}/device/v1/notices/{notice_id}/not-me"
            answer = await self._called(client, "POST", url)
        if answer.status_code != httpx.codes.NO_CONTENT:
            _refuse(answer)

    async def _called(self, client: httpx.AsyncClient, method: str, url: str) -> httpx.Response:
        """A call that is signed for its address."""
        return await self._sent(lambda: client.request(method, url, headers=self._authorization(url, method)))

    async def _next(self, client: httpx.AsyncClient) -> _Request:
        """The newest request, from the stream; one that ends is opened again."""
        while True:
            async for requests in self._streamed(client):
                if requests:
                    return requests[0]
            await asyncio.sleep(RETRY_AFTER)

    async def _streamed(self, client: httpx.AsyncClient) -> AsyncIterator[list[_Request]]:
        """What waits for an answer, whenever it changes, until the service ends the stream."""
        url = f"{self.state.origin}/device/v1/requests/stream"
        try:
            for is_last_try in (False, True):
                headers = self._authorization(url)
                async with client.stream("GET", url, headers=headers, timeout=STREAM_TIMEOUT) as response:
                    if response.status_code == httpx.codes.OK:
                        async for line in response.aiter_lines():
                            if line.startswith("data: ") and len(line) < LONGEST_LINE:
                                yield REQUESTS.validate_json(line.removeprefix("data: "))
                        return
                    await response.aread()
                    if is_last_try or not self._corrected(response):
                        _refuse(response)
        except httpx.ReadTimeout:
            return
        except httpx.HTTPError as error:
            _unreachable(self.state.origin, error)
        except ValidationError:
            _unreadable(self.state.origin)

    async def _post(self, client: httpx.AsyncClient, url: str, token: Callable[[], str]) -> httpx.Response:
        """Send a signed token."""
        headers = {"Content-Type": "application/jose"}
        return await self._sent(lambda: client.post(url, content=token(), headers=headers))

    async def _sent(self, call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """The answer to a call. A clock that is off is corrected, once."""
        try:
            answer = await call()
            return await call() if self._corrected(answer) else answer
        except httpx.HTTPError as error:
            _unreachable(self.state.origin, error)

    def _corrected(self, answer: httpx.Response) -> bool:
        """Take over the service's time where it says that ours is off.

        What serves the service may put a time of its own before it.
        """
        if answer.status_code != httpx.codes.UNAUTHORIZED or _problem(answer).kind != "clockSkew":
            return False
        try:
            theirs = parsedate_to_datetime(next(reversed(answer.headers.get_list("Date")), ""))
            off = round((theirs - self._clock.now()).total_seconds())
        except (ValueError, TypeError):
            return False
        self.state = self.state.model_copy(update={"clock_off": off})
        return True

    def _authorization(self, url: str, method: str = "GET") -> dict[str, str]:
        token = sign_request(
            self._key, device_id=self.state.device_id, aud=self.state.origin, htm=method, htu=url, at=self.now()
        )
        return {"Authorization": f"Bearer {token}"}

    def _answer(self, request: _Request, decision: Decision, number: str | None) -> str:
        return sign_answer(
            self._key,
            device_id=self.state.device_id,
            challenge_id=request.challenge_id,
            nonce=request.nonce,
            decision=decision,
            number=number,
            at=self.now(),
        )


def load(path: Path) -> AppState:
    """Read an app's state.

    Raises:
        CommandFailedError: there is none.
    """
    try:
        return AppState.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandFailedError(f"cannot read {path}: {error.strerror}; run 'authenticator activate' first") from None
    except ValueError:
        raise CommandFailedError(f"{path} is no authenticator app's file; name another with --home") from None


def save(state: AppState, path: Path) -> None:
    """Write an app's state with mode 0600, at once or not at all.

    Raises:
        CommandFailedError: it cannot be written.
    """
    content = {
        "origin": state.origin,
        "deviceId": state.device_id,
        "key": state.key.get_secret_value(),
        "secret": state.secret.get_secret_value() if state.secret else None,
        "clockOff": state.clock_off,
    }
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=2) + "\n")
        draft.replace(path)
    except OSError as error:
        raise CommandFailedError(f"cannot write {path}: {error.strerror}") from None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "/device/v1/a/" not in parts.path:
        raise CommandFailedError("--url is not the address of an activation (https://…/device/v1/a/…)")
    return f"{parts.scheme}://{parts.netloc}"


def _secret_bytes(secret: str) -> bytes:
    try:
        return decode(secret)
    except ValueError:
        raise CommandFailedError("the secret is not base64url; copy it from the QR code once more") from None


def _problem(answer: httpx.Response) -> _Problem:
    try:
        return _Problem.model_validate_json(answer.content)
    except ValidationError:
        return _Problem()


def _refuse(answer: httpx.Response) -> NoReturn:
    problem = _problem(answer)
    raise CommandFailedError(f"{problem.kind or f'HTTP {answer.status_code}'}: {problem.title or 'refused'}")


def _unreachable(origin: str, error: httpx.HTTPError) -> NoReturn:
    raise CommandFailedError(f"{origin} does not answer ({type(error).__name__})") from None


def _unreadable(origin: str) -> NoReturn:
    raise CommandFailedError(f"{origin} answered something else than a device API would") from None
