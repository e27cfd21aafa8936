"""A platform that calls the API of a running stack."""

import base64
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from services.cli.demo_token import sign, token_claims
from services.enrollment.policies.domain.document import READ_ONLY
from services.kit.crypto.codes import totp_code
from services.kit.ids import new_id
from tests.support.people.app_codes import earlier_code
from tests.support.people.device import TestDevice
from tests.support.people.numbers import fresh_number, since_given
from tests.support.servers.turns import alone_with
from tests.support.waiting import awaited

SCOPES = "interrupts challenges methods.read methods.write policies.read policies.write reports.read"
DEVICES = "/v1.0/directory/authenticationMethodDevices/hardwareOathDevices"
TOKEN_SECRET = b"12345678901234567890"
"""Of the hardware tokens that tests import."""
QUESTIONS = ("first-pet", "first-car", "first-film")
POLICY = "/v1.0/policies/authenticationMethodsPolicy"
ARRIVES_WITHIN = 30.0
SIX_DIGITS = re.compile(r"\b\d{6}\b")


class Running(Protocol):
    """A product that can be called: a `LocalStack`, or one in this process."""

    def url(self, part: str) -> str:
        """Where a part is."""
        ...

    def settings(self) -> dict[str, str]:
        """Where the keys of its clients lie, among others."""
        ...


@dataclass
class Platform:
    """A client of one tenant, with all scopes unless told otherwise. `offset` is how far its clock is ahead."""

    stack: Running
    tenant: str = "northbridge"
    scope: str = SCOPES
    offset: timedelta = timedelta()
    origin: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30), repr=False)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """One call; underscores in the names of headers are dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"{self.origin or self.stack.url('enrollment')}{path}"
        content = None if body is None else json.dumps(body)
        known = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        return self.http.request(method, address, content=content, headers=known | named)

    def now(self) -> datetime:
        """The time on its clock."""
        return datetime.now(UTC) + self.offset

    def token(self) -> str:
        """A fresh bearer token."""
        home = Path(self.stack.settings()["SECURITY_INFO_DEMO_HOME"])
        key = ECKey.import_key(json.loads((home / "clients" / f"{self.tenant}.json").read_text("utf-8")))
        audience, now = self.stack.url("enrollment"), self.now()
        return sign(key, token_claims(self.tenant, self.scope, audience=audience, now=now, token_id=new_id()))

    def number(self) -> str:
        """A number of the fictional range that nobody else has."""
        return fresh_number()

    def hardware_token(self, **fields: object) -> dict[str, Any]:
        """A new token in the stock, with a clock where nothing else is said."""
        described = {"serialNumber": f"T-{secrets.token_hex(5)}", "secretKey": TOKEN_SECRET.hex(), **fields}
        return done(self.call("POST", DEVICES, described), 201)

    def interrupt(self, **changes: object) -> httpx.Response:
        """Ask whether somebody new must stop at a sign-in."""
        name = f"sam.{secrets.token_hex(4)}"
        body = {
            "user": {"id": name, "userPrincipalName": f"{name}@northbridge.example", "displayName": "Sam"},
            "returnUrl": f"{self.stack.url('northbridge')}/return",
            "authenticatedAt": self.now().isoformat(),
            **changes,
        }
        return self.call("POST", "/v1.0/interrupts", body)

    def person(self, group: str = "everyone", user: str = "") -> "Somebody":
        """Somebody of that group, known by an interrupt."""
        somebody = Somebody(self, user or f"{group}.{secrets.token_hex(6)}")
        somebody.sign_in(group)
        return somebody


@dataclass(frozen=True)
class Somebody:
    """A person at a platform."""

    platform: Platform
    id: str

    def sign_in(self, group: str, **fields: object) -> dict[str, Any]:
        """The platform asks at a sign-in; its answer."""
        body = {
            "user": {
                "id": self.id,
                "userPrincipalName": f"{self.id}@northbridge.example",
                "displayName": "Somebody",
                "groups": [group],
            },
            "returnUrl": f"{self.platform.stack.url('northbridge')}/return",
            "authenticatedAt": self.platform.now().isoformat(),
            "amr": ["pwd"],
            **fields,
        }
        return done(self.platform.call("POST", "/v1.0/interrupts", body), 200)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """A call below `/authentication/`."""
        return self.platform.call(method, f"/v1.0/users/{self.id}/authentication/{path}", body, **headers)

    def register(self, kind: str, **fields: object) -> dict[str, Any]:
        """Begin a registration."""
        return done(self.call("POST", "registrations", {"type": kind, **fields}), 201)

    def registration(self, registration_id: str) -> dict[str, Any]:
        """How far it is."""
        return done(self.call("GET", f"registrations/{registration_id}"), 200)

    def methods(self) -> list[dict[str, Any]]:
        """What is on file."""
        value: list[dict[str, Any]] = done(self.call("GET", "methods"), 200)["value"]
        return value

    def ask(self, purpose: str = "stepUp", **fields: object) -> httpx.Response:
        """Ask for a proof."""
        return self.platform.call("POST", f"/v1.0/users/{self.id}/challenges", {"purpose": purpose, **fields})

    def asked(self, purpose: str = "stepUp", **fields: object) -> dict[str, Any]:
        """The challenge that was opened."""
        return done(self.ask(purpose, **fields), 201)

    def answer(self, challenge: dict[str, Any], body: dict[str, Any], **headers: str) -> httpx.Response:
        """Answer a challenge."""
        return self.platform.call("POST", f"/v1.0/challenges/{challenge['id']}/answer", body, **headers)

    def prove(self, challenge: dict[str, Any], **answer: object) -> dict[str, Any]:
        """Answer it right."""
        verified = done(self.answer(challenge, answer), 200)
        assert verified["status"] == "verified"
        return verified

    def texted(self, number: str, within: float = ARRIVES_WITHIN) -> str:
        """The code of the newest text at that number, once there is one."""
        handset = self.platform.stack.url("handset")

        def newest() -> str | None:
            answer = httpx.get(f"{handset}/api/messages", params={"to": number}, timeout=10)
            messages = since_given(number, answer.json())
            return next((one["body"].rpartition("#")[2].strip() for one in messages if "#" in one["body"]), None)

        return awaited(newest, f"no text at {number}", within)

    def told(self, number: str, what: str, within: float = ARRIVES_WITHIN) -> str:
        """The newest text at that number that tells of this, once there is one."""
        handset = self.platform.stack.url("handset")

        def newest() -> str | None:
            answer = httpx.get(f"{handset}/api/messages", params={"to": number}, timeout=10)
            messages = since_given(number, answer.json())
            return next((one["body"] for one in messages if what in one["body"]), None)

        return awaited(newest, f"no text of {what} at {number}", within)

    def mailed(self, address: str, within: float = ARRIVES_WITHIN) -> str:
        """The newest code that was mailed to that address, once there is one."""
        handset = self.platform.stack.url("handset")

        def newest() -> str | None:
            mails = httpx.get(f"{handset}/api/mail", params={"to": address}, timeout=10).json()
            found = (SIX_DIGITS.search(mail["text"]) for mail in mails)
            return next((code.group() for code in found if code), None)

        return awaited(newest, f"no mail at {address}", within)

    def presses(self, number: str, digits: str, within: float = ARRIVES_WITHIN) -> None:
        """Answer the newest call to that number, once it rings, and press keys."""
        handset = self.platform.stack.url("handset")

        def newest() -> str | None:
            calls = httpx.get(f"{handset}/api/calls", params={"to": number}, timeout=10).json()
            return calls[0]["id"] if calls else None

        call = awaited(newest, f"nobody called {number}", within)
        httpx.post(f"{handset}/api/calls/{call}/press", json={"digits": digits}, timeout=10).raise_for_status()

    def with_email(self, address: str) -> dict[str, Any]:
        """Register an address; the registration."""
        begun = self.register("email", emailAddress=address)
        self.prove(begun["challenge"], code=self.mailed(address))
        return begun

    def with_phone(self, number: str = "") -> dict[str, Any]:
        """Register a mobile phone by text; the registration."""
        number = number or self.platform.number()
        begun = self.register("phone", phoneNumber=number, phoneType="mobile", delivery="sms")
        self.prove(begun["challenge"], code=self.texted(number))
        return begun

    def with_software(self) -> tuple[dict[str, Any], bytes]:
        """Register a different authenticator app by the code before this one; the registration and the secret."""
        begun = self.register("softwareOath")
        secret = base64.b32decode(begun["secret"])
        self.prove(begun["challenge"], code=earlier_code(secret))
        return begun, secret

    def with_token(self, **fields: object) -> tuple[dict[str, Any], dict[str, Any]]:
        """Register a hardware token with a clock by its serial number; the registration and the token."""
        token = self.platform.hardware_token(**fields)
        begun = self.register("hardwareOath", serialNumber=token["serialNumber"])
        self.prove(begun["challenge"], code=totp_code(TOKEN_SECRET, datetime.now(UTC)))
        return begun, token

    def with_app(self) -> tuple[dict[str, Any], TestDevice]:
        """Register the authenticator app; the registration and the device."""
        begun = self.register("authenticatorApp")
        device = TestDevice(self.platform.stack.url("enrollment"))
        assert device.activate_by_link(begun["qrContent"]).status_code == 201
        self.approve(device, self.registration(begun["id"])["challenge"])
        return begun, device

    def approve(self, device: TestDevice, challenge: dict[str, Any]) -> None:
        """Approve on the device with the number of the challenge."""
        request = device.next_request()
        assert request["challengeId"] == challenge["id"]
        assert device.answer(request, "approve", challenge["numberMatch"]).status_code == 204


@contextmanager
def restored_policy(platform: Platform) -> Iterator[dict[str, Any]]:
    """The policies of the platform's tenant, as they are before and again afterwards."""
    before = done(platform.call("GET", POLICY), 200)
    yield before
    parts = {name: value for name, value in before.items() if name not in READ_ONLY}
    done(platform.call("PATCH", POLICY, parts), 200)


@contextmanager
def kept_policy(platform: Platform) -> Iterator[dict[str, Any]]:
    """The same where others use the stack: nobody else changes them meanwhile."""
    with alone_with(policies_of(platform.tenant)), restored_policy(platform) as before:
        yield before


def policies_of(tenant: str) -> str:
    """What tests have to themselves that change a tenant's policies, or rely on those that it begins with."""
    return f"policies-of-{tenant}"


def done(response: httpx.Response, status: int) -> dict[str, Any]:
    """The JSON of an answer with that status."""
    assert response.status_code == status, f"{response.status_code} {response.text}"
    content: dict[str, Any] = response.json() if response.content else {}
    return content


def refused(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


def proof_of(verified: dict[str, Any], platform: Platform) -> dict[str, Any]:
    """The claims of a proof, checked as a platform does."""
    keys = KeySet.import_key_set(httpx.get(f"{platform.stack.url('enrollment')}/.well-known/jwks.json").json())
    return dict(jwt.decode(str(verified["proof"]), keys, algorithms=["ES256"]).claims)


@contextmanager
def events_of(platform: Platform, challenge: dict[str, Any]) -> Iterator[Iterator[dict[str, Any]]]:
    """What a challenge's stream tells, to its end."""
    address = f"{platform.stack.url('enrollment')}/v1.0/challenges/{challenge['id']}/events"
    headers = {"Authorization": f"Bearer {platform.token()}"}
    with platform.http.stream("GET", address, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield (json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))


def require_no_secrets(platform: Platform, person: Somebody, begun: dict[str, Any]) -> None:
    """Who may only read follows a registration; what the method is set up with is for who may set it up."""
    reader = Somebody(Platform(platform.stack, scope="methods.read"), person.id).registration(begun["id"])
    assert reader.keys() == {"id", "type", "methodId", "state", "challenge"}
    assert reader["state"] == "pending"
    writer = Somebody(Platform(platform.stack, scope="methods.write"), person.id).registration(begun["id"])
    assert writer == begun
