"""A platform asks whether a person must stop: tickets, refusals, and a key that repeats."""

import base64
import os
import time

import httpx
import pytest

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform
from tests.support.people.journey import (
    World,
)
from tests.support.people.operator import interrupt

pytestmark = pytest.mark.timeout(240)


def test_ticket_is_used_once(stack: LocalStack, world: World) -> None:
    answer = interrupt(stack, world).json()
    first = httpx.get(answer["url"], follow_redirects=False, timeout=20)
    assert first.status_code == 303
    again = httpx.get(answer["url"], follow_redirects=False, timeout=20)
    assert again.status_code == 410
    assert "This link can&#39;t be used any more" in again.text
    same_browser = httpx.get(answer["url"], cookies=dict(first.cookies), follow_redirects=False, timeout=20)
    assert same_browser.status_code == 303


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"returnUrl": "https://evil.example/"}, 403, "returnUrlNotAllowed"),
        ({"returnUrl": "nonsense"}, 400, "requestMalformed"),
        ({"returnUrl": "http://[x/"}, 400, "requestMalformed"),
        ({"returnUrl": "http://127.0.0.1:8010/x#y"}, 400, "requestMalformed"),
        ({"unknown": "x" * 100_000}, 413, "bodyTooLarge"),
        ({"unknown": True}, 400, "requestMalformed"),
        ({"state": "x" * 513}, 400, "requestMalformed"),
        ({"authenticatedAt": "2020-01-01T00:00:00Z"}, 403, "reauthenticationRequired"),
        ({"authenticatedAt": "2100-01-01T00:00:00Z"}, 400, "requestMalformed"),
    ],
)
def test_bad_interrupt_is_refused_with_its_code(
    stack: LocalStack, world: World, changes: dict[str, object], status: int, code: str
) -> None:
    answer = interrupt(stack, world, changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_broken_token_and_broken_json_are_refused(stack: LocalStack, world: World) -> None:
    url = f"{world.public}/v1.0/interrupts"
    assert httpx.post(url, json={}, headers={"Authorization": "Bearer a.b.c"}, timeout=20).status_code == 401
    assert httpx.post(url, json={}, timeout=20).json()["code"] == "tokenInvalid"
    nested = base64.urlsafe_b64encode(b'{"iss":' + b"[" * 3000 + b"]" * 3000 + b"}").decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"ES256"}').decode().rstrip("=")
    deep = httpx.post(url, json={}, headers={"Authorization": f"Bearer {head}.{nested}.AAAA"}, timeout=20)
    assert (deep.status_code, deep.json()["code"]) == (401, "tokenInvalid")


def test_another_tenant_cannot_read_an_interrupt(stack: LocalStack, world: World) -> None:
    identifier = interrupt(stack, world).json()["id"]
    token = Platform(stack, "southgate", scope="interrupts").token()
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{world.public}/v1.0/interrupts/{identifier}", headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknownInterrupt")


def test_an_idempotency_key_gives_the_first_answer_again_and_refuses_another_request(
    stack: LocalStack, world: World
) -> None:
    token = Platform(stack, scope="interrupts").token()
    key = f"key-{os.urandom(8).hex()}"
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    body = {
        "user": {"id": f"sam.{os.urandom(4).hex()}", "userPrincipalName": "sam@x.example", "displayName": "Sam"},
        "returnUrl": f"{world.northbridge}/return",
        "authenticatedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    url = f"{world.public}/v1.0/interrupts"
    first, again = (httpx.post(url, json=body, headers=headers, timeout=20) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    other = httpx.post(url, json={**body, "state": "another"}, headers=headers, timeout=20)
    assert (other.status_code, other.json()["code"]) == (409, "idempotencyConflict")
