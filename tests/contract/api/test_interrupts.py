"""A platform asks whether a person must stop: tickets, refusals, and a key that repeats."""

import base64
import secrets

import httpx
import pytest

from tests.support.people.api import Platform, done, refused

pytestmark = pytest.mark.timeout(240)


def test_ticket_is_used_once(platform: Platform) -> None:
    url = done(platform.interrupt(), 200)["url"]
    first = httpx.get(url, follow_redirects=False, timeout=20)
    assert first.status_code == 303
    again = httpx.get(url, follow_redirects=False, timeout=20)
    assert again.status_code == 410
    assert "This link can&#39;t be used any more" in again.text
    same_browser = httpx.get(url, cookies=dict(first.cookies), follow_redirects=False, timeout=20)
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
    platform: Platform, changes: dict[str, object], status: int, code: str
) -> None:
    assert refused(platform.interrupt(**changes)) == (status, code)


def test_broken_token_and_broken_json_are_refused(platform: Platform) -> None:
    url = f"{platform.stack.url('enrollment')}/v1.0/interrupts"
    assert httpx.post(url, json={}, headers={"Authorization": "Bearer a.b.c"}, timeout=20).status_code == 401
    assert httpx.post(url, json={}, timeout=20).json()["code"] == "tokenInvalid"
    nested = base64.urlsafe_b64encode(b'{"iss":' + b"[" * 3000 + b"]" * 3000 + b"}").decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"ES256"}').decode().rstrip("=")
    deep = httpx.post(url, json={}, headers={"Authorization": f"Bearer {head}.{nested}.AAAA"}, timeout=20)
    assert (deep.status_code, deep.json()["code"]) == (401, "tokenInvalid")


def test_another_tenant_cannot_read_an_interrupt(platform: Platform) -> None:
    identifier = done(platform.interrupt(), 200)["id"]
    foreign = Platform(platform.stack, "southgate", scope="interrupts")
    assert refused(foreign.call("GET", f"/v1.0/interrupts/{identifier}")) == (404, "unknownInterrupt")


def test_an_idempotency_key_gives_the_first_answer_again_and_refuses_another_request(platform: Platform) -> None:
    key = f"key-{secrets.token_hex(8)}"
    body = {
        "user": {"id": key, "userPrincipalName": "sam@x.example", "displayName": "Sam"},
        "returnUrl": f"{platform.stack.url('northbridge')}/return",
        "authenticatedAt": platform.now().isoformat(),
    }
    first, again = (platform.call("POST", "/v1.0/interrupts", body, Idempotency_Key=key) for _ in range(2))
    assert done(first, 200) == done(again, 200)
    other = platform.call("POST", "/v1.0/interrupts", body | {"state": "another"}, Idempotency_Key=key)
    assert refused(other) == (409, "idempotencyConflict")
