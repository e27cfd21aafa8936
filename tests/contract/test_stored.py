"""Documents and events that the version before wrote are read, and written back the same.

`stored/` was made by that version's own models (commit 0179f1e; hardware tokens later), every field filled: a list of
documents for each collection of an aggregate, and one record for each event. A field that came since may be added,
empty or as it was meant; none may go or be called otherwise. Such a file is never edited: what a later version writes
gets files of its own.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from schemas.envelope import Envelope, decode
from schemas.topics import EVENTS
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.activity import Activity
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.idempotency.domain import StoredResponse
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.methods.hardware_oath.domain.stock import HardwareToken
from services.enrollment.notices.domain import Notice
from services.enrollment.policies.domain.tenant_policy import TenantPolicy
from services.enrollment.pumping.store import SendDecision
from services.enrollment.registrations.domain import ApiRegistration
from services.enrollment.reports.domain.journey import Journey
from services.enrollment.store import Store as EnrollmentStore
from services.kit.mongo.outbox import from_document, to_document
from services.kit.mongo.reading import Reader
from services.kit.mongo.relay import Relay
from services.notifier.domain.breakers import Breaker
from services.notifier.domain.cancellation import Cancellation
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.limits import Sends
from services.notifier.store import Store as NotifierStore
from services.verifier.domain import challenge as judged
from services.verifier.domain.authenticator import Authenticator
from services.verifier.domain.base import Kept
from services.verifier.domain.credential import Credential
from services.verifier.domain.session import SessionTries
from services.verifier.methods.access_pass import PassHash
from services.verifier.methods.passkey import PublicKey
from services.verifier.methods.questions import AnswerHashes
from services.verifier.methods.recovery import CodeHashes
from services.verifier.methods.totp import TotpSecret
from services.verifier.store import Store as VerifierStore
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher

STORED = Path(__file__).parent / "stored"

MODELS: Mapping[str, type[BaseModel]] = {
    "enrollment/accounts": Account,
    "enrollment/activations": Activation,
    "enrollment/activities": Activity,
    "enrollment/answers": StoredResponse,
    "enrollment/challenges": Challenge,
    "enrollment/devices": Device,
    "enrollment/hardware_tokens": HardwareToken,
    "enrollment/interrupts": Interrupt,
    "enrollment/journeys": Journey,
    "enrollment/notices": Notice,
    "enrollment/policies": TenantPolicy,
    "enrollment/registrations": ApiRegistration,
    "enrollment/send_decisions": SendDecision,
    "notifier/breakers": Breaker,
    "notifier/cancellations": Cancellation,
    "notifier/deliveries": Delivery,
    "notifier/sends": Sends,
    "verifier/authenticators": Authenticator,
    "verifier/challenges": judged.Challenge,
    "verifier/credentials": Credential,
    "verifier/sessions": SessionTries,
}
KEPT: Mapping[str, type[Kept]] = {
    shape.kind: shape for shape in (PassHash, PublicKey, AnswerHashes, CodeHashes, TotpSecret)
}


def load(name: str) -> Any:
    return json.loads((STORED / f"{name}.json").read_text("utf-8"))


DOCUMENTS = [(name, document) for name in MODELS for document in load(name)]
EVENTS_BEFORE = sorted(path.stem for path in (STORED / "events").glob("*.json"))
WITH_OUTBOX = [document for _, document in DOCUMENTS if "outbox" in document]


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


MEANT = {
    "acceptsPrevious": True,
    "algorithm": "SHA1",
    "digits": 6,
    "period": 30,
    "patience": {"arrival": 20, "sending": 45},
}
"""Fields that came since, with what the version before meant without saying it."""


def without_new(written: Any, stored: Any) -> Any:
    """What was written, without the fields of which the version before knew nothing: empty, or as it meant it."""
    if isinstance(written, dict) and isinstance(stored, dict):
        return {
            name: without_new(value, stored.get(name))
            for name, value in written.items()
            if name in stored or (value not in (None, [], {}, False, 0, "") and value != MEANT.get(name))
        }
    if isinstance(written, list) and isinstance(stored, list) and len(written) == len(stored):
        return [without_new(*pair) for pair in zip(written, stored, strict=True)]
    return written


def test_every_stored_file_has_a_model_that_reads_it() -> None:
    files = {path.relative_to(STORED).with_suffix("").as_posix() for path in STORED.rglob("*.json")}
    assert files == {*MODELS, *(f"events/{name}" for name in EVENTS_BEFORE)}


NO_AGGREGATES = {"used_tokens", "message_counts", "message_traffic"}
"""What is remembered or counted in a line each, and gone soon."""


def test_every_collection_of_an_aggregate_has_its_sample() -> None:
    database, clock = MemoryDatabase(), FixedClock()
    relay = Relay(NotingPublisher(), clock)
    for store in (EnrollmentStore, NotifierStore, VerifierStore):
        store.open(database, relay, clock)
    assert set(database._collections) - NO_AGGREGATES == {name.split("/")[1] for name in MODELS}


@pytest.mark.parametrize(("name", "document"), DOCUMENTS, ids=[f"{name}-{doc['_id']}" for name, doc in DOCUMENTS])
def test_a_document_of_the_version_before_is_read_and_written_back_the_same(
    name: str, document: dict[str, Any]
) -> None:
    state = MODELS[name].model_validate(document["state"])
    written = state.model_dump(by_alias=True, mode="json")
    assert canonical(without_new(written, document["state"])) == canonical(document["state"])


def with_unknown(value: Any) -> Any:
    """The same with a field more at every depth, as a version to come may add it."""
    if isinstance(value, dict):
        return {**{name: with_unknown(inner) for name, inner in value.items()}, "ofAVersionToCome": {"deep": [1]}}
    return [with_unknown(inner) for inner in value] if isinstance(value, list) else value


def of_a_version_to_come(name: str, state: dict[str, Any]) -> dict[str, Any]:
    """`groups` are named by tenants; of `content`, only its kind of proof knows the fields."""
    added = {field: with_unknown(value) for field, value in state.items()}
    if name == "enrollment/policies":
        added["groups"] = {group: with_unknown(policy) for group, policy in state["groups"].items()}
    if name == "verifier/credentials":
        added["content"] = state["content"]
    return {**added, "ofAVersionToCome": True}


@pytest.mark.parametrize(("name", "document"), DOCUMENTS, ids=[f"{name}-{doc['_id']}" for name, doc in DOCUMENTS])
def test_a_document_of_a_version_to_come_is_read_without_what_is_not_known(name: str, document: dict[str, Any]) -> None:
    reader = Reader(name, MODELS[name])
    newer = {**document, "state": of_a_version_to_come(name, document["state"])}
    assert reader.state(newer) == reader.state(document)


@pytest.mark.parametrize("document", load("verifier/credentials"), ids=lambda document: document["state"]["kind"])
def test_what_a_version_to_come_keeps_of_a_kind_of_proof_is_read_as_well(document: dict[str, Any]) -> None:
    newer = Credential.model_validate({**document["state"], "content": with_unknown(document["state"]["content"])})
    shape = KEPT[newer.kind]
    assert newer.kept(shape) == Credential.model_validate(document["state"]).kept(shape)


@pytest.mark.parametrize("document", WITH_OUTBOX, ids=lambda document: document["outbox"][0]["type"])
def test_an_event_that_a_version_to_come_left_is_published_as_it_is_known_here(document: dict[str, Any]) -> None:
    for entry in document["outbox"]:
        known = {**entry, "time": datetime.fromisoformat(entry["time"])}
        newer = {**known, "event": json.dumps(with_unknown(json.loads(entry["event"]))), "ofAVersionToCome": 1}
        assert from_document(newer) == from_document(known)


@pytest.mark.parametrize("document", load("verifier/credentials"), ids=lambda document: document["state"]["kind"])
def test_what_each_kind_of_proof_kept_is_read_and_written_back_the_same(document: dict[str, Any]) -> None:
    credential = Credential.model_validate(document["state"])
    kept = credential.kept(KEPT[credential.kind])
    assert kept is not None
    written = kept.model_dump(by_alias=True, mode="json")
    assert canonical(without_new(written, document["state"]["content"])) == canonical(document["state"]["content"])


@pytest.mark.parametrize("document", WITH_OUTBOX, ids=lambda document: document["outbox"][0]["type"])
def test_an_event_that_waited_in_a_document_is_published_as_it_was(document: dict[str, Any]) -> None:
    for entry in document["outbox"]:
        waiting = {**entry, "time": datetime.fromisoformat(entry["time"])}
        assert to_document(from_document(waiting)) == waiting


def test_every_event_of_the_version_before_is_still_known() -> None:
    assert len(EVENTS_BEFORE) == 34
    assert set(EVENTS_BEFORE) <= set(EVENTS)


@pytest.mark.parametrize("name", EVENTS_BEFORE)
def test_an_event_of_the_version_before_is_read_and_written_back_the_same(name: str) -> None:
    record = load(f"events/{name}")
    body = json.dumps(record["body"], ensure_ascii=False, separators=(",", ":")).encode()
    envelope = decode(record["headers"], body)
    assert isinstance(envelope, Envelope)
    assert envelope.body == body
    written, stored = {key: value.decode() for key, value in envelope.headers}, dict(record["headers"])
    schemas = (written.pop("ce_dataschema"), stored.pop("ce_dataschema"))
    assert written == stored
    assert len({schema.rpartition(":")[0] for schema in schemas}) == 1, "a new version of the same event is all right"
    assert envelope.key.decode() == record["key"]
