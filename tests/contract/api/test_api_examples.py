"""Every example of the OpenAPI document, sent to the product: it does what the document says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from jsonschema import Draft202012Validator

from services.enrollment.methods.email.models import ID as EMAIL_ID
from services.enrollment.methods.phone.models import IDS as PHONE_IDS
from services.enrollment.policies.domain.document import READ_ONLY
from tests.support.one_process.product import Product
from tests.support.people.api import POLICY, Platform, Somebody, done, restored_policy

pytestmark = pytest.mark.timeout(180)

BASE = "/v1.0/users/{user_id}"
METHODS = f"{BASE}/authentication"
DEVICES = "/v1.0/directory/authenticationMethodDevices/hardwareOathDevices"
CHANGES_POLICY = f"PATCH {POLICY}"
OF_APPS = "/device/"
"""The protocol of authenticator apps: what they send is signed, so that an example cannot be sent."""

Place = Callable[[], dict[str, str]]
"""Makes what an operation is about, and says what to put into its path."""


@dataclass(frozen=True)
class Sender:
    """Sends examples of one document, and holds the answers to it."""

    document: dict[str, Any]
    platform: Platform

    @property
    def operations(self) -> set[str]:
        """All but those of the authenticator apps."""
        return {
            f"{method.upper()} {path}"
            for path, operations in self.document["paths"].items()
            for method in operations
            if not path.startswith(OF_APPS)
        }

    def bodies(self, operation: str) -> list[Any]:
        """The request bodies that the document shows; None where there is none."""
        method, path = operation.split()
        content = self.document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        examples = content.get("application/json", {}).get("examples", {})
        return [one["value"] for one in examples.values()] or [None]

    def send(self, operation: str, body: Any, **placed: str) -> httpx.Response:
        """Send one, and hold the answer to the document."""
        method, path = operation.split()
        response = self.platform.call(method, path.format(**placed), body)
        described = self.document["paths"][path][method.lower()]["responses"].get(str(response.status_code))
        assert described, f"{operation} answers {response.status_code} {response.text}"
        media = response.headers.get("content-type", "").partition(";")[0]
        if media.endswith("json"):
            schema = {**described["content"][media]["schema"], "components": self.document["components"]}
            errors = Draft202012Validator(schema).iter_errors(response.json())
            assert [error.message for error in errors] == [], response.text
        return response


@pytest.fixture(scope="module")
def sender(product: Product) -> Sender:
    """With the document that it serves."""
    document = httpx.get(f"{product.url('enrollment')}/openapi.json", timeout=20).json()
    return Sender(document, Platform(product))


@pytest.fixture(scope="module")
def settled(sender: Sender) -> Somebody:
    """Somebody with a phone and more than policy asks for."""
    person = sender.platform.person("everyone")
    person.with_phone()
    person.with_app()
    person.with_email(f"{person.id}@home.example")
    person.register("recoveryCodes")
    person.register("securityQuestions", answers=sender_answers(sender))
    return person


def sender_answers(sender: Sender) -> list[dict[str, str]]:
    """The answers that the document shows."""
    bodies = sender.bodies(f"POST {METHODS}/registrations")
    (answers,) = [body["answers"] for body in bodies if body["type"] == "securityQuestions"]
    return list(answers)


def method_of(person: Somebody, kind: str) -> str:
    return str(next(one["id"] for one in person.methods() if one["type"] == kind))


@pytest.fixture(scope="module")
def places(sender: Sender, settled: Somebody) -> dict[str, Place]:
    """For each operation, how to get there; those that take something away get something of their own."""
    of_person = {"user_id": settled.id}

    def somebody_new() -> dict[str, str]:
        return {"user_id": sender.platform.person("everyone").id}

    def somebody_with_codes() -> dict[str, str]:
        person = sender.platform.person("everyone")
        person.register("recoveryCodes")
        return {"user_id": person.id}

    def of_codes(asked: str) -> dict[str, str]:
        return of_person | {asked: settled.asked(methodId=method_of(settled, "recoveryCodes"))["id"]}

    def gone() -> dict[str, str]:
        method = method_of(settled, "recoveryCodes")
        settled.call("DELETE", f"methods/{method}")
        return of_person | {"method_id": method}

    def pass_of() -> dict[str, str]:
        made = done(settled.call("POST", "temporaryAccessPassMethods", {}), 201)
        return of_person | {"pass_id": made["id"]}

    def a_token() -> str:
        return str(sender.platform.hardware_token()["id"])

    def token_of() -> str:
        return str(settled.with_token()[0]["methodId"])

    def interrupted() -> dict[str, str]:
        return {"interrupt_id": settled.sign_in("everyone")["id"]}

    return {
        "POST /v1.0/interrupts": dict,
        "GET /v1.0/interrupts/{interrupt_id}": interrupted,
        "GET /.well-known/jwks.json": dict,
        f"POST {METHODS}/registrations": somebody_new,
        f"GET {METHODS}/registrations/{{registration_id}}": lambda: (
            of_person | {"registration_id": settled.register("softwareOath")["id"]}
        ),
        f"GET {METHODS}/methods": lambda: of_person,
        f"PATCH {METHODS}/methods/{{method_id}}": lambda: of_person | {"method_id": method_of(settled, "phone")},
        f"PUT {METHODS}/defaultMethod": lambda: of_person,
        f"POST {METHODS}/methods/{{method_id}}/restore": gone,
        f"DELETE {METHODS}/methods/{{method_id}}": lambda: (
            of_person | {"method_id": method_of(settled, "securityQuestions")}
        ),
        f"DELETE {METHODS}/sessions": lambda: of_person,
        f"DELETE {BASE}": somebody_with_codes,
        f"POST {METHODS}/temporaryAccessPassMethods": lambda: of_person,
        f"GET {METHODS}/temporaryAccessPassMethods": lambda: of_person,
        f"DELETE {METHODS}/temporaryAccessPassMethods/{{pass_id}}": pass_of,
        f"GET {METHODS}/phoneMethods": lambda: of_person,
        f"POST {METHODS}/phoneMethods": somebody_new,
        f"GET {METHODS}/phoneMethods/{{phone_id}}": lambda: of_person | {"phone_id": PHONE_IDS["mobile"]},
        f"PATCH {METHODS}/phoneMethods/{{phone_id}}": lambda: of_person | {"phone_id": PHONE_IDS["mobile"]},
        f"DELETE {METHODS}/phoneMethods/{{phone_id}}": lambda: of_person | {"phone_id": PHONE_IDS["mobile"]},
        f"GET {METHODS}/emailMethods": lambda: of_person,
        f"POST {METHODS}/emailMethods": somebody_new,
        f"GET {METHODS}/emailMethods/{{email_id}}": lambda: of_person | {"email_id": EMAIL_ID},
        f"PATCH {METHODS}/emailMethods/{{email_id}}": lambda: of_person | {"email_id": EMAIL_ID},
        f"DELETE {METHODS}/emailMethods/{{email_id}}": lambda: of_person | {"email_id": EMAIL_ID},
        f"POST {BASE}/challenges": lambda: of_person,
        "GET /v1.0/challenges/{challenge_id}": lambda: of_codes("challenge_id"),
        "GET /v1.0/challenges/{challenge_id}/events": lambda: cancelled(sender, of_codes("challenge_id")),
        "POST /v1.0/challenges/{challenge_id}/answer": lambda: of_codes("challenge_id"),
        "POST /v1.0/challenges/{challenge_id}/resend": lambda: of_codes("challenge_id"),
        "POST /v1.0/challenges/{challenge_id}/cancel": lambda: of_codes("challenge_id"),
        f"POST {DEVICES}": dict,
        f"GET {DEVICES}": dict,
        f"GET {DEVICES}/{{device_id}}": lambda: {"device_id": a_token()},
        f"DELETE {DEVICES}/{{device_id}}": lambda: {"device_id": a_token()},
        f"GET {METHODS}/hardwareOathMethods": lambda: of_person,
        f"POST {METHODS}/hardwareOathMethods": somebody_new,
        f"GET {METHODS}/hardwareOathMethods/{{method_id}}": lambda: of_person | {"method_id": token_of()},
        f"DELETE {METHODS}/hardwareOathMethods/{{method_id}}": lambda: of_person | {"method_id": token_of()},
        "GET /v1.0/policies/securityQuestions": dict,
        "GET /v1.0/policies/authenticationMethodsPolicy": dict,
        "PATCH /v1.0/policies/authenticationMethodsPolicy": dict,
        "GET /v1.0/reports/authenticationMethods/userRegistrationDetails": dict,
    }


def cancelled(sender: Sender, placed: dict[str, str]) -> dict[str, str]:
    """So that its stream ends."""
    sender.platform.call("POST", f"/v1.0/challenges/{placed['challenge_id']}/cancel")
    return placed


REFUSED = {
    "POST /v1.0/challenges/{challenge_id}/answer": {400, 422},
    "POST /v1.0/challenges/{challenge_id}/resend": {400, 429},
}
"""Examples that only the right moment, or the right code, lets succeed."""


def of_now(body: Any, settled: Somebody) -> Any:
    """An example with the time, the places and the ids of this product."""
    if not isinstance(body, dict):
        return body
    current = dict(body)
    if "authenticatedAt" in current:
        current["authenticatedAt"] = datetime.now(UTC).isoformat()
    if "returnUrl" in current:
        northbridge = settled.platform.stack.url("northbridge")
        current["returnUrl"] = f"{northbridge}{urlsplit(current['returnUrl']).path}"
    if "device" in current:
        current["device"] = {"id": settled.platform.hardware_token()["id"]}
    if "methodId" in current:
        current["methodId"] = method_of(settled, "phone")
    return current


def steps(sender: Sender) -> Iterator[tuple[str, Any]]:
    """All examples; what takes something away comes last."""
    for operation in sorted(sender.operations, key=lambda name: (name.startswith("DELETE"), name)):
        for body in sender.bodies(operation):
            yield operation, body


def changed_elsewhere(sender: Sender, policy: Any) -> httpx.Response:
    """The policies of this organisation, at the other one: others rely on those of this one."""
    southgate = Platform(sender.platform.stack, tenant="southgate")
    ours = done(sender.platform.call("GET", POLICY), 200)
    with restored_policy(southgate):
        done(southgate.call("PATCH", POLICY, {name: ours[name] for name in ours.keys() - READ_ONLY}), 200)
        return replace(sender, platform=southgate).send(CHANGES_POLICY, policy)


def test_every_example_does_what_the_document_says(sender: Sender, settled: Somebody, places: dict[str, Place]) -> None:
    assert places.keys() == sender.operations
    for operation, body in steps(sender):
        placed = places[operation]()
        if operation == CHANGES_POLICY:
            response = changed_elsewhere(sender, body)
        else:
            response = sender.send(operation, of_now(body, settled), **placed)
        if response.status_code >= 300:
            assert response.status_code in REFUSED.get(operation, set()), f"{operation} {response.text}"
