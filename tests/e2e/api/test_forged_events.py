"""Whoever may write to a topic, but has not the key, cannot register a method or let anybody in."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.stack import LocalStack
from schemas.envelope import MAC, Envelope
from schemas.topics import DELIVERIES, VERDICTS, Topic, full_name
from schemas.verification import MethodVerified
from services.kit.crypto.event_mac import EventMac
from services.kit.crypto.keyring import Keyring
from services.kit.ids import new_id
from tests.support.builders.keys import made_key
from tests.support.people.api import Platform, Somebody, done

pytestmark = pytest.mark.timeout(120)

NOBODYS = EventMac(Keyring({"verdict": (made_key("nobodys"),)}))


def forged(person: Somebody, begun: dict[str, Any]) -> Envelope:
    """That the phone was proven, as the verifier would tell it."""
    challenge, at = begun["challenge"], datetime.now(UTC)
    event = MethodVerified(
        challenge_id=challenge["id"],
        purpose="registration",
        method_id=begun["methodId"],
        method_type="phone",
        kind="code",
        verified_at=at,
    )
    return Envelope(
        id=new_id(),
        type="MethodVerified",
        source="verifier",
        time=at,
        tenant="northbridge",
        correlation_id=challenge["id"],
        subject=person.id,
        event=event,
    )


async def write(stack: LocalStack, topic: Topic, event: Envelope, *macs: tuple[str, bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka_url)
    await producer.start()
    try:
        name = full_name(stack.settings()["SECURITY_INFO_TOPIC_PREFIX"], topic)
        await producer.send_and_wait(name, event.body, key=event.key, headers=[*event.headers, *macs])
    finally:
        await producer.stop()


def test_forged_verdicts_register_nothing_and_the_right_code_still_does(stack: LocalStack) -> None:
    person = Platform(stack).person("frontline")
    number = person.platform.number()
    begun = person.register("phone", phoneNumber=number, phoneType="mobile", delivery="sms")
    verdict = forged(person, begun)
    asyncio.run(write(stack, DELIVERIES, verdict))
    asyncio.run(write(stack, VERDICTS, replace(verdict, id=new_id())))
    signed = replace(verdict, id=new_id())
    mac = NOBODYS.make(VERDICTS, "verdict", signed.headers, signed.body)
    asyncio.run(write(stack, VERDICTS, signed, (MAC, mac)))
    code = person.texted(number)
    path = f"/v1.0/challenges/{begun['challenge']['id']}"
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    # The verifier's own word comes after the forged ones on the topic, so these were read.
    refused = person.platform.call("POST", f"{path}/answer", {"code": wrong}, Prefer="wait=10")
    assert refused.json()["code"] == "codeIncorrect"
    assert person.methods() == []
    assert done(person.platform.call("GET", path), 200)["status"] == "pending"
    done(person.platform.call("POST", f"{path}/answer", {"code": code}, Prefer="wait=10"), 200)
    assert [method["type"] for method in person.methods()] == ["phone"]
