"""An event that waits keeps its identity and all that it says."""

from dataclasses import replace
from datetime import timedelta

from schemas.topics import SUBMISSIONS
from services.kit.decision import Emission
from services.kit.mongo.outbox import enclose, from_document, to_document
from tests.support.builders.challenges import TENANT, USER, enveloped, requested, submitted, terms
from tests.support.clock import NOON

TERMS = terms()
EMISSION = Emission(SUBMISSIONS, submitted(TERMS, "123456"), TENANT, USER, TERMS.challenge_id)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_pending_event_comes_back_from_its_document_as_it_was() -> None:
    cause = enveloped(requested(TERMS), TERMS.challenge_id)
    for emission in (EMISSION, replace(EMISSION, sequence=7), replace(EMISSION, user=None)):
        for known in (cause, None):
            pending = enclose(emission, source="enrollment", at=NOON, traceparent=TRACE, cause=known)
            assert from_document(to_document(pending)) == pending


def test_absent_attributes_take_no_room() -> None:
    document = to_document(enclose(EMISSION, source="enrollment", at=NOON, traceparent=None, cause=None))
    assert not {"causationId", "sequence", "traceparent"} & document.keys()


def test_each_emission_gets_an_identity_and_names_its_cause() -> None:
    cause = enveloped(requested(TERMS), TERMS.challenge_id)
    first, second = (
        enclose(EMISSION, source="enrollment", at=NOON + timedelta(seconds=n), traceparent=TRACE, cause=cause)
        for n in range(2)
    )
    assert first.envelope.id != second.envelope.id
    assert first.envelope.causation_id == cause.id
    assert first.envelope.type == "CodeSubmitted"
