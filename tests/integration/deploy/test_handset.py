"""The handset as its neighbours meet it: a real process, real protocols, on free ports."""

import asyncio
import os
import smtplib
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage

import httpx
import pytest

from deploy.demo.handset.faults import Provider
from tests.support.people.demo_world import (
    NUMBER,
    Handset,
    Place,
    Receiver,
    running,
    serving,
    until,
)
from tests.support.servers.process import free_port


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
