"""The demo world as its neighbours meet it: real processes, real protocols, on free ports."""

import asyncio
import os
import secrets
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from deploy.demo.clients import create_clients
from deploy.demo.handset.faults import Provider
from deploy.demo.handset.signature import sign
from deploy.demo.northbridge.results import state_hash

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "demo-twilio-token"
NUMBER = "+447700900142"
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(ask: Callable[[], Awaitable[T]], seconds: float = 10) -> T:
    """Ask again until the answer is something, or fail."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = await ask()
        if answer:
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about in time")


@asynccontextmanager
async def serving(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` from this process."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@contextmanager
def running(part: str, port: int, environment: dict[str, str]) -> Iterator[str]:
    """Run a part of the demo world as a process, until ready; stopped by its pid."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SECURITY_INFO_")}
    command = [sys.executable, "-m", f"deploy.demo.{part}"]
    process = subprocess.Popen(command, env=inherited | environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_until_ready(process: "subprocess.Popen[bytes]", origin: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{origin}/healthz", trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{origin} did not become ready")


@dataclass(frozen=True)
class Handset:
    http: httpx.AsyncClient
    smtp_port: int
    home: Path

    async def text(
        self, to: str = NUMBER, body: str = "hello", provider: str = "twilio-a", **more: Any
    ) -> httpx.Response:
        return await self.post("Messages.json", {"To": to, "From": "+447700900999", "Body": body} | more, provider)

    async def post(
        self, path: str, form: dict[str, Any], provider: str = "twilio-a", token: str = TOKEN, wait: float = 5
    ) -> httpx.Response:
        url = f"/{provider}/2010-04-01/Accounts/{ACCOUNT}/{path}"
        return await self.http.post(url, data=form, auth=(ACCOUNT, token), timeout=wait)

    async def get(self, path: str, **query: str) -> Any:
        url = f"/twilio-a/2010-04-01/Accounts/{ACCOUNT}/{path}"
        return (await self.http.get(url, params=query, auth=(ACCOUNT, TOKEN))).json()

    async def listed(self, kind: str, to: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/api/{kind}", params={"to": to})
        found: list[dict[str, Any]] = answer.json()
        return found

    async def fault(self, provider: str, mode: str, **more: int) -> None:
        answer = await self.http.put("/api/faults", json={"provider": provider, "mode": mode} | more)
        assert answer.status_code == 200


@dataclass(frozen=True)
class Place:
    origin: str
    smtp_port: int
    home: Path


@pytest.fixture(scope="module")
def switched_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    web, smtp, home = free_port(), free_port(), tmp_path_factory.mktemp("handset")
    ports = {"SECURITY_INFO_HANDSET_PORT": str(web), "SECURITY_INFO_SMTP_PORT": str(smtp)}
    with running("handset", web, ports | {"SECURITY_INFO_DEMO_HOME": str(home)}) as origin:
        yield Place(origin, smtp, home)


@pytest.fixture
async def handset(switched_on: Place) -> AsyncIterator[Handset]:
    """The handset, empty and without faults, for a number that no other test uses."""
    async with httpx.AsyncClient(base_url=switched_on.origin, trust_env=False) as http:
        handset = Handset(http, switched_on.smtp_port, switched_on.home)
        for provider in Provider:
            await handset.fault(provider.value, "ok")
        await http.delete("/api/messages")
        yield handset


@dataclass
class Receiver:
    """Stands where the notifier stands: checks signatures, keeps what came, and refuses when told to."""

    origin: str = ""
    refusals: int = 0
    forms: list[dict[str, str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        async def receive(request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            url = self.origin + request.url.path + (f"?{request.url.query}" if request.url.query else "")
            assert request.headers["x-twilio-signature"] == sign(TOKEN, url, form)
            if self.refusals:
                self.refusals -= 1
                return Response(status_code=503)
            self.forms.append(form | {"path": request.url.path})
            return Response(self.answers.pop(0) if self.answers and "twiml" in request.url.path else "", 200)

        app.add_api_route("/{path:path}", receive, methods=["POST"])
        return app

    def statuses(self, name: str) -> list[str]:
        return [form[name] for form in self.forms if form["path"] == "/status"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with serving(receiver.app()) as origin:
        receiver.origin = origin
        yield receiver


async def test_a_text_arrives_and_its_way_is_reported(handset: Handset, receiver: Receiver) -> None:
    accepted = await handset.text(body="Your code is 482913", StatusCallback=f"{receiver.origin}/status?try=1")
    assert accepted.status_code == 201
    assert accepted.json()["status"] == "queued"
    [text] = await until(lambda: handset.listed("messages", NUMBER))
    assert (text["to"], text["from"], text["body"]) == (NUMBER, "+447700900999", "Your code is 482913")
    assert text["id"] == accepted.json()["sid"]

    async def reported() -> bool:
        return receiver.statuses("MessageStatus") == ["queued", "sent", "delivered"]

    await until(reported)
    assert (await handset.get(f"Messages/{text['id']}.json"))["status"] == "delivered"
    assert [found["sid"] for found in (await handset.get("Messages.json", To=NUMBER))["messages"]] == [text["id"]]
    assert (await handset.get("Messages.json", To="+447700900143"))["messages"] == []


async def test_a_refused_callback_is_tried_again(handset: Handset, receiver: Receiver) -> None:
    receiver.refusals = 1
    await handset.text(StatusCallback=f"{receiver.origin}/status")

    async def reported() -> bool:
        return sorted(receiver.statuses("MessageStatus")) == ["delivered", "queued", "sent"]

    await until(reported)


async def test_the_newest_comes_first_and_all_can_be_forgotten(handset: Handset) -> None:
    for body in ("one", "two"):
        await handset.text(body=body)

    async def both() -> list[str]:
        bodies = [text["body"] for text in await handset.listed("messages", NUMBER)]
        return bodies if len(bodies) == 2 else []

    assert await until(both) == ["two", "one"]
    assert (await handset.http.delete("/api/messages")).status_code == 204
    assert await handset.listed("messages", NUMBER) == []


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"To": "12345", "From": "+447700900999", "Body": "x"}, 400, 21211),
        ({"From": "+447700900999", "Body": "x"}, 400, 21604),
        ({"To": NUMBER, "Body": "x"}, 400, 21603),
        ({"To": NUMBER, "From": "+447700900999"}, 400, 21602),
        ({"To": NUMBER, "From": "+447700900999", "Body": "x" * 1601}, 400, 21617),
    ],
)
async def test_a_bad_message_is_refused_as_twilio_does(
    handset: Handset, form: dict[str, str], status: int, code: int
) -> None:
    answer = await handset.post("Messages.json", form)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)


async def test_a_wrong_token_is_refused(handset: Handset) -> None:
    answer = await handset.post("Messages.json", {"To": NUMBER, "From": "+447700900999", "Body": "x"}, token="wrong")
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


@pytest.mark.parametrize(
    ("mode", "status", "code"), [("error", 500, 20500), ("reject", 400, 21211), ("throttle", 429, 20429)]
)
async def test_a_failing_provider_answers_so_until_switched_off(
    handset: Handset, mode: str, status: int, code: int
) -> None:
    await handset.fault("twilio-a", mode)
    answer = await handset.text()
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await handset.text(provider="twilio-b")).status_code == 201
    await handset.fault("twilio-a", "ok")
    assert (await handset.text()).status_code == 201


async def test_a_slow_provider_answers_late_and_delivers(handset: Handset) -> None:
    await handset.fault("twilio-a", "slow", delayMs=600)
    started = time.monotonic()
    assert (await handset.text()).status_code == 201
    assert time.monotonic() - started >= 0.6
    await until(lambda: handset.listed("messages", NUMBER))


async def test_a_hanging_provider_never_answers_and_delivers_nothing(handset: Handset) -> None:
    await handset.fault("twilio-a", "hang")
    form = {"To": NUMBER, "From": "+447700900999", "Body": "x"}
    with pytest.raises(httpx.ReadTimeout):
        await handset.post("Messages.json", form, wait=1)
    await handset.fault("twilio-a", "ok")
    assert (await handset.get("Messages.json"))["messages"] == []


async def test_a_lost_text_is_accepted_and_never_heard_of(handset: Handset, receiver: Receiver) -> None:
    await handset.fault("twilio-a", "lost")
    lost = await handset.text(body="lost", StatusCallback=f"{receiver.origin}/status")
    assert lost.status_code == 201
    await handset.fault("twilio-a", "ok")
    await handset.text(body="after")
    [text] = await until(lambda: handset.listed("messages", NUMBER))
    assert text["body"] == "after"
    assert receiver.forms == []
    assert (await handset.get(f"Messages/{lost.json()['sid']}.json"))["status"] == "queued"


async def test_late_reports_come_out_of_order_and_twice(handset: Handset, receiver: Receiver) -> None:
    await handset.fault("twilio-a", "late", delayMs=200)
    await handset.text(StatusCallback=f"{receiver.origin}/status")
    assert await handset.listed("messages", NUMBER)
    assert receiver.forms == []
    expected = [status for status in ("delivered", "sent", "queued") for _ in range(2)]

    async def told() -> bool:
        return receiver.statuses("MessageStatus") == expected

    await until(told)


async def test_an_unknown_fault_is_refused(handset: Handset) -> None:
    assert (await handset.http.put("/api/faults", json={"provider": "x", "mode": "ok"})).status_code == 422


async def test_a_call_is_read_out_and_takes_a_key(handset: Handset, receiver: Receiver) -> None:
    receiver.answers = [
        '<Response><Gather action="/twiml/keys" numDigits="1" finishOnKey=""><Say>Press hash.</Say></Gather>'
        "</Response>",
        "<Response><Say>Thank you.</Say><Hangup/></Response>",
    ]
    form = {
        "To": NUMBER,
        "From": "+447700900999",
        "Url": f"{receiver.origin}/twiml/start",
        "StatusCallback": f"{receiver.origin}/status",
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    }
    sid = (await handset.post("Calls.json", form)).json()["sid"]

    async def heard() -> bool:
        [call] = await handset.listed("calls", NUMBER)
        return "Press hash." in call["body"]

    [call] = await until(lambda: handset.listed("calls", NUMBER))
    assert call["id"] == sid
    await handset.http.post(f"/api/calls/{sid}/answer")
    await until(heard)
    assert (await handset.http.post(f"/api/calls/{sid}/press", json={"digits": "#"})).status_code == 200

    async def ended() -> bool:
        return receiver.statuses("CallStatus") == ["initiated", "ringing", "in-progress", "completed"]

    await until(ended)
    assert [form["Digits"] for form in receiver.forms if form["path"] == "/twiml/keys"] == ["#"]
    assert (await handset.get(f"Calls/{sid}.json"))["status"] == "completed"
    assert (await handset.http.post(f"/api/calls/{sid}/press", json={"digits": "1"})).status_code == 409
    assert (await handset.http.post("/api/calls/CA0/press", json={"digits": "1"})).status_code == 404


async def test_a_press_answers_a_ringing_call(handset: Handset, receiver: Receiver) -> None:
    twiml = (
        f'<Response><Gather action="{receiver.origin}/twiml/keys" numDigits="2"><Say>Hello</Say></Gather></Response>'
    )
    sid = (await handset.post("Calls.json", {"To": NUMBER, "From": "+447700900999", "Twiml": twiml})).json()["sid"]
    await handset.http.post(f"/api/calls/{sid}/press", json={"digits": "0#"})

    async def posted() -> list[str]:
        return [form["Digits"] for form in receiver.forms if form["path"] == "/twiml/keys"]

    assert await until(posted) == ["0"]


@pytest.mark.parametrize(("mode", "status"), [("error", 500), ("reject", 400), ("throttle", 429), ("lost", 201)])
async def test_voice_fails_on_its_own(handset: Handset, mode: str, status: int) -> None:
    await handset.fault("voice", mode)
    form = {"To": NUMBER, "From": "+447700900999", "Twiml": "<Response><Say>x</Say></Response>"}
    assert (await handset.post("Calls.json", form)).status_code == status
    assert await handset.listed("calls", NUMBER) == []
    assert (await handset.text()).status_code == 201


def send_mail(handset: Handset, to: str, *, tls: bool = False) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Northbridge <no-reply@northbridge.example>", to, "Your security info"
    mail.set_content("A phone was added. http://localhost:8000/security-info/not-me")
    mail.add_alternative("<p>A phone was added.</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", handset.smtp_port, timeout=3) as smtp:
        if tls:
            smtp.starttls(context=ssl.create_default_context(cafile=handset.home / "smtp" / "certificate.pem"))
        smtp.send_message(mail)


@pytest.mark.parametrize("tls", [False, True])
async def test_mail_arrives_with_or_without_tls(handset: Handset, tls: bool) -> None:
    await asyncio.to_thread(send_mail, handset, "sam+a@northbridge.example", tls=tls)
    [mail] = await handset.listed("mail", "sam+a@northbridge.example")
    assert (mail["from"], mail["subject"]) == ("no-reply@northbridge.example", "Your security info")
    assert mail["text"].startswith("A phone was added.")
    assert mail["html"].startswith("<p>")
    shown = await handset.http.get(f"/mail/{mail['id']}")
    assert "sandbox" in shown.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("mode", "code"),
    [("error", 451), ("reject", 550), ("throttle", 450), ("hang", "timed out"), ("lost", 0), ("slow", 0)],
)
async def test_mail_fails_as_told(handset: Handset, mode: str, code: int | str) -> None:
    await handset.fault("smtp", mode, delayMs=300)
    to = "kim@northbridge.example"
    if code == 0:
        await asyncio.to_thread(send_mail, handset, to)
    else:
        with pytest.raises(smtplib.SMTPException, match=str(code)):
            await asyncio.to_thread(send_mail, handset, to)
    assert len(await handset.listed("mail", to)) == (1 if mode == "slow" else 0)


async def test_the_page_works_without_a_script(handset: Handset) -> None:
    await handset.text(body="<b>Your code</b>\n\n@localhost #482913")
    await until(lambda: handset.listed("messages", NUMBER))
    page = (await handset.http.get("/", params={"to": NUMBER})).text
    assert "stand-in" in page
    assert "&lt;b&gt;Your code&lt;/b&gt;" in page
    assert "@localhost #482913" in page
    version = page.split('data-version="')[1].split('"')[0]
    assert (await handset.http.get("/live", params={"after": version})).status_code == 204


async def test_a_taken_port_is_one_clear_line(handset: Handset) -> None:
    port = str(handset.http.base_url.port)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.demo.handset",
        env=os.environ | {"SECURITY_INFO_HANDSET_PORT": port},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await process.communicate()
    assert process.returncode == 1
    assert complaint.decode().splitlines() == [
        f"handset: port {port} is taken: stop what uses it, or set SECURITY_INFO_HANDSET_PORT"
    ]


@dataclass
class StandInProduct:
    """Answers as the product would, to see how Northbridge takes it."""

    decision: str = "register"
    status: str = "completed"
    origin: str = ""
    refuses: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "p", "use": "sig", "alg": "ES256"}))

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1.0/interrupts")
        async def interrupts(request: Request, response: Response) -> dict[str, Any]:
            self.tokens.append(request.headers["authorization"].removeprefix("Bearer "))
            self.asked.append(await request.json())
            if self.refuses:
                response.status_code = 400
                return {"code": "requestMalformed"}
            url = {} if self.decision == "none" else {"url": f"{self.origin}/security-info/start?ticket=t"}
            return {"id": "interrupt-1", "decision": self.decision} | url

        @app.post("/v1.0/users/{user_id}/challenges", status_code=404)
        async def challenges(user_id: str) -> dict[str, Any]:
            return {"code": "unknownUser"}

        @app.get("/v1.0/interrupts/{interrupt_id}")
        async def outcome(interrupt_id: str) -> dict[str, Any]:
            return {"id": interrupt_id, "status": self.status, "methods": ["phone"]}

        @app.get("/.well-known/jwks.json")
        async def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        return app

    def result(self, **changes: Any) -> dict[str, str]:
        """The query that a browser brings back."""
        state = self.asked[-1]["state"]
        claims = {
            "iss": self.origin,
            "aud": "northbridge",
            "sub": self.asked[-1]["user"]["id"],
            "tid": "northbridge",
            "exp": int(time.time()) + 100,
            "jti": secrets.token_hex(8),
            "interruptId": "interrupt-1",
            "stateHash": state_hash(state),
            "status": self.status,
            "methods": ["phone"],
        }
        return {"state": state, "result": jwt.encode({"alg": "ES256", "kid": "p"}, claims | changes, self.key)}


@dataclass(frozen=True)
class Stage:
    product: StandInProduct
    browser: httpx.AsyncClient

    async def sign_in(self, user_name: str = "sam@northbridge.example", password: str = "demo") -> httpx.Response:
        return await self.browser.post("/sign-in", data={"userName": user_name, "password": password})

    async def come_back(self, query: dict[str, str]) -> httpx.Response:
        return await self.browser.get("/return", params=query, follow_redirects=True)


@dataclass(frozen=True)
class Northbridge:
    origin: str
    product_port: int


@pytest.fixture(scope="module")
def northbridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Northbridge]:
    home, port, product = tmp_path_factory.mktemp("northbridge"), free_port(), free_port()
    create_clients(home / "clients")
    environment = {
        "SECURITY_INFO_NORTHBRIDGE_PORT": str(port),
        "SECURITY_INFO_DEMO_HOME": str(home),
        "SECURITY_INFO_PUBLIC_URL": f"http://127.0.0.1:{product}",
    }
    with running("northbridge", port, environment) as origin:
        yield Northbridge(origin, product)


@pytest.fixture
async def stage(northbridge: Northbridge) -> AsyncIterator[Stage]:
    product = StandInProduct()
    async with serving(product.app(), northbridge.product_port) as origin:
        product.origin = origin
        async with httpx.AsyncClient(base_url=northbridge.origin, trust_env=False) as browser:
            yield Stage(product, browser)


async def test_a_person_is_sent_to_the_product_and_comes_back_checked(stage: Stage) -> None:
    sent = await stage.sign_in("sam+1@northbridge.example")
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        f"{stage.product.origin}/security-info/start?ticket=t",
    )
    assert "HttpOnly" in sent.headers["set-cookie"]
    [asked] = stage.product.asked
    assert asked["user"]["id"] == "sam.1"
    assert asked["user"]["groups"] == ["frontline"]
    assert (asked["intent"], asked["returnUrl"]) == (
        "signIn",
        f"http://127.0.0.1:{stage.browser.base_url.port}/return",
    )
    jwks = (await stage.browser.get("/jwks.json")).json()
    claims = jwt.decode(stage.product.tokens[0], KeySet.import_key_set(jwks), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["tid"], claims["aud"]) == ("northbridge", "northbridge", stage.product.origin)
    landed = await stage.come_back(stage.product.result())
    assert landed.status_code == 200
    assert landed.url.path == "/home"
    assert "sam+1@northbridge.example" in landed.text
    assert "<li>phone</li>" in landed.text
    assert "We checked this answer" in landed.text


@pytest.mark.parametrize(
    ("status", "words"), [("skipped", "skipped"), ("cancelled", "cancelled"), ("expired", "ended")]
)
async def test_other_endings_are_told_in_words(stage: Stage, status: str, words: str) -> None:
    stage.product.status = status
    await stage.sign_in()
    assert words in (await stage.come_back(stage.product.result())).text


async def test_who_needs_nothing_lands_at_once(stage: Stage) -> None:
    stage.product.decision = "none"
    assert (await stage.sign_in()).headers["location"] == "/home"
    assert "Nothing more was needed" in (await stage.browser.get("/home")).text


async def test_a_result_is_taken_once(stage: Stage) -> None:
    await stage.sign_in()
    query = stage.product.result()
    assert (await stage.come_back(query)).status_code == 200
    assert (await stage.come_back(query)).status_code == 400


@pytest.mark.parametrize("changes", [{"sub": "alex"}, {"exp": 1}, {"stateHash": "x"}, {"status": "skipped"}])
async def test_a_wrong_result_is_refused_clearly(stage: Stage, changes: dict[str, Any]) -> None:
    await stage.sign_in()
    refused = await stage.come_back(stage.product.result(**changes))
    assert refused.status_code == 400
    assert "We can’t accept this answer" in refused.text
    assert "not finished" in (await stage.browser.get("/home")).text


async def test_a_result_of_a_stranger_is_refused(stage: Stage) -> None:
    await stage.sign_in()
    query = stage.product.result()
    stage.browser.cookies.clear()
    assert (await stage.come_back(query)).status_code == 400


async def test_a_second_person_in_the_same_browser_does_not_take_over_the_first_answer(stage: Stage) -> None:
    await stage.sign_in("sam+1@northbridge.example")
    first = stage.product.result()
    await stage.sign_in("sam+2@northbridge.example")
    assert "sam+1@northbridge.example" in (await stage.come_back(first)).text


async def test_security_info_that_is_not_offered_yet_is_said_kindly(stage: Stage) -> None:
    stage.product.decision = "none"
    await stage.sign_in()
    stage.product.refuses = True
    page = await stage.browser.get("/my-security-info")
    assert stage.product.asked[-1]["intent"] == "manage"
    assert "not available yet" in page.text


async def test_a_wrong_password_and_a_foreign_form_are_refused(stage: Stage) -> None:
    assert (await stage.sign_in(password="wrong")).status_code == 401
    foreign = await stage.browser.post("/sign-in", data={}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert stage.product.asked == []


async def test_a_product_that_is_away_is_said_kindly(northbridge: Northbridge) -> None:
    async with httpx.AsyncClient(base_url=northbridge.origin, trust_env=False) as browser:
        form = {"userName": "sam@northbridge.example", "password": "demo"}
        page = await browser.post("/sign-in", data=form)
    assert page.status_code == 503
    assert 'href="/sign-in">Try again</a>' in page.text
    assert f"127.0.0.1:{northbridge.product_port}" in page.headers["content-security-policy"]


async def test_trying_again_goes_on_without_another_sign_in(stage: Stage) -> None:
    await stage.sign_in()
    again = await stage.browser.get("/sign-in")
    assert again.headers["location"].startswith(f"{stage.product.origin}/security-info/start")
    assert (await stage.come_back(stage.product.result())).status_code == 200
