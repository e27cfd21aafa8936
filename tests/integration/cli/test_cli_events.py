"""The command line on a real broker: topics, events and dead letters, as a person at a terminal sees them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.envelope import Envelope
from schemas.topics import DEAD_LETTERS, LIFECYCLE, TOPICS, full_name
from services.kit.kafka.dead_letters import letters_for
from services.kit.kafka.record import Record, raw_headers
from services.kit.settings import ServiceSettings
from tests.support.builders.events import step
from tests.support.people.command_line import CommandLine, Done
from tests.support.servers.kafka import write_raw
from tests.support.servers.process import free_port

ROOT = Path(__file__).parents[3]
WITHIN = 40.0


Command = Callable[..., Awaitable[Done]]


def program(url: str, prefix: str, *arguments: str) -> Awaitable[asyncio.subprocess.Process]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SECURITY_INFO_")}
    settings = {"SECURITY_INFO_KAFKA_URL": url, "SECURITY_INFO_TOPIC_PREFIX": prefix, "PYTHONUNBUFFERED": "1"}
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "services.cli", *arguments)
    return asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=clean | settings, stdout=pipe, stderr=pipe, preexec_fn=hear_interrupts
    )


def hear_interrupts() -> None:
    """As at a terminal: what runs in the background is started deaf to Ctrl-C, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def finished(process: asyncio.subprocess.Process) -> Done:
    stdout, stderr = await asyncio.wait_for(process.communicate(), WITHIN)
    assert process.returncode is not None
    return Done(process.returncode, stdout.decode(), stderr.decode())


@pytest.fixture
def command(settings: ServiceSettings, security_info: CommandLine) -> Command:
    """A command in this process, in a thread of its own: it has an event loop of its own, too."""
    given = {"KAFKA_URL": settings.kafka_url, "TOPIC_PREFIX": settings.topic_prefix}
    return partial(asyncio.to_thread, security_info, **given)


async def write(settings: ServiceSettings, envelope: Envelope) -> tuple[int, int]:
    return await write_raw(settings, LIFECYCLE, envelope.body, [*envelope.headers], envelope.key)


async def test_topics_are_created_and_doing_it_again_is_fine(kafka_url: str) -> None:
    prefix = f"t{uuid4().hex[:8]}"

    first = await finished(await program(kafka_url, prefix, "topics", "ensure"))
    again = await finished(await program(kafka_url, prefix, "topics", "ensure"))

    assert (first.code, again.code) == (0, 0)
    assert first.stdout.split() == again.stdout.split() == [full_name(prefix, topic) for topic in TOPICS]


async def test_a_persons_events_are_told_in_the_order_of_their_time(
    settings: ServiceSettings, command: Command
) -> None:
    late, early = step("sam", 2), replace(step("sam", 1), time=step("sam", 1).time - timedelta(minutes=1))
    for envelope in (late, step("alex", 1), early):
        await write(settings, envelope)

    told = await command("events", "user", "sam", "--json")

    assert [json.loads(line)["id"] for line in told.stdout.splitlines()] == [early.id, late.id]
    assert told.code == 0


async def test_a_person_without_events_is_no_failure(command: Command) -> None:
    assert await command("events", "user", "nobody") == Done(0, "", "")


@pytest.mark.parametrize("start", ["--from-beginning", "--live"])
async def test_tailing_shows_events_until_interrupted(settings: ServiceSettings, start: str) -> None:
    await write(settings, step("before", 1))
    tail = await program(
        settings.kafka_url, settings.topic_prefix, "events", "tail", start, "--type", "enrollmentstepreached"
    )
    assert tail.stdout

    expected = f"northbridge/{'before' if start == '--from-beginning' else 'sam'}"
    lines = await _lines_while_writing(settings, tail.stdout, until=expected)
    tail.send_signal(signal.SIGINT)
    done = await finished(tail)

    assert all("EnrollmentStepReached" in line for line in lines)
    assert start == "--from-beginning" or not any("northbridge/before" in line for line in lines)
    assert (done.code, done.stderr) == (0, "")


async def test_a_dead_letter_is_listed_shown_and_replayed(settings: ServiceSettings, command: Command) -> None:
    envelope = step("sam", 1)
    partition, offset = await write(settings, envelope)
    await _put_aside(settings, envelope, partition, offset)

    [row] = (await command("dead-letters", "list")).stdout.splitlines()
    shown = await command("dead-letters", "show", row.split()[0])
    replayed = await command("dead-letters", "replay", row.split()[0])
    told = await command("events", "user", "sam", "--json")

    assert "EnrollmentStepReached" in row
    assert "could not be handled" in row
    assert envelope.id in shown.stdout
    assert replayed.code == 0
    assert [json.loads(line)["id"] for line in told.stdout.splitlines()] == [envelope.id, envelope.id]


@pytest.mark.parametrize("letter", ["nonsense", "0-999"])
async def test_a_dead_letter_that_is_not_there_is_one_line(letter: str, command: Command) -> None:
    done = await command("dead-letters", "show", letter)

    assert done.code == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [("events", "user", "sam"), ("events", "tail"), ("topics", "ensure"), ("dead-letters", "list")],
    ids=" ".join,
)
def test_a_broker_that_is_down_is_one_line(arguments: tuple[str, ...], security_info: CommandLine) -> None:
    done = security_info(*arguments, KAFKA_URL=f"127.0.0.1:{free_port()}")

    assert done.code == 1
    assert [line for line in done.stderr.splitlines() if "does not answer" not in line] == []
    assert done.stderr


async def _lines_while_writing(settings: ServiceSettings, output: asyncio.StreamReader, *, until: str) -> list[str]:
    """The lines of a tail that may not listen yet, up to the expected one: events keep coming until it is shown.

    Events of two people may lie on two partitions, between which there is no order.
    """
    lines: list[str] = []
    reading = asyncio.ensure_future(output.readline())
    number = 0
    async with asyncio.timeout(WITHIN):
        while not lines or until not in lines[-1]:
            number += 1
            await write(settings, step("sam", number))
            await asyncio.wait([reading], timeout=0.5)
            if reading.done():
                lines.append(reading.result().decode())
                reading = asyncio.ensure_future(output.readline())
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    return lines


async def _put_aside(settings: ServiceSettings, envelope: Envelope, partition: int, offset: int) -> None:
    origin = full_name(settings.topic_prefix, LIFECYCLE)
    record = Record(origin, partition, offset, envelope.key, raw_headers([*envelope.headers]), envelope.body)
    headers = letters_for(record, "could not be handled", "enrollment", keeps_body=True)[0].headers
    await write_raw(settings, DEAD_LETTERS, envelope.body, [*headers], envelope.key)
