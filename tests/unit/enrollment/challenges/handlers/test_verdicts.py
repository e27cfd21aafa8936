"""What the verifier says of a proof, over documents in memory."""

from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from schemas.base import Event
from schemas.notification import DeliveryFailed
from schemas.verification import ChallengeExpired, MethodVerified, VerificationFailed
from services.enrollment.accounts.domain import registering
from services.enrollment.accounts.domain.account import Account, Method, account_id
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, DeliveryState, Status
from services.enrollment.challenges.handlers.verdicts import (
    challenge_expired,
    delivery_noted,
    method_verified,
    verification_failed,
)
from services.enrollment.policies.domain.requirements import GroupPolicy, Terms
from services.enrollment.sessions.domain.session import RecentProof
from services.enrollment.signals import Signals
from tests.support.builders.challenges import enveloped
from tests.support.in_memory.enrolling import Outbox
from tests.unit.enrollment.builders import NOW, account, method, proof_of, tried, wizard_session


class Rules:
    """One policy for everybody."""

    def policy(self, _: Account) -> GroupPolicy:
        return GroupPolicy(required=("phone",))

    def terms(self, _: Account) -> Terms:
        return Terms()


def verdict_on(challenge: Challenge) -> MethodVerified:
    return MethodVerified(
        challenge_id=challenge.id,
        submission_id="s1",
        purpose="registration",
        method_id=challenge.method_id,
        method_type="phone",
        kind="code",
        verified_at=NOW,
    )


async def registered_after(
    box: Outbox, status: Status, person: Account | None = None, delivery: Delivery | None = None, **forged: Any
) -> tuple[Challenge, bool]:
    """A right proof of a phone whose challenge was `status`: what it is then, and whether the phone is on file. What is
    `forged` the verdict says otherwise than it was asked."""
    asked, registration = proof_of("phone")
    challenge = asked.model_copy(
        update={"registration": registration, "submissions": tried(None), "status": status, "ended_at": None}
    )
    if delivery:
        challenge = challenge.model_copy(update={"delivery": delivery})
    if person and person.sessions:
        in_session = challenge.terms.model_copy(update={"session_id": "s1"})
        challenge = challenge.model_copy(update={"terms": in_session})
        waiting = person.sessions[0].model_copy(update={"requested": challenge})
        person = person.model_copy(update={"sessions": (waiting,)})
    person = person or account()
    await box.store.accounts.insert(person.id, person)
    await box.store.challenges.insert(challenge.id, challenge)
    event = verdict_on(challenge)
    event = event.model_copy(update={name: value for name, value in forged.items() if name in type(event).model_fields})
    cause = enveloped(event, challenge.id)
    cause = replace(cause, **{name: value for name, value in forged.items() if hasattr(cause, name)})
    for _ in range(2):
        await method_verified(event, cause, store=box.store, rules=Rules(), signals=Signals())
    after, kept = (
        await box.store.challenges.get(challenge.id),
        await box.store.accounts.get(account_id("northbridge", "sam")),
    )
    assert after is not None
    assert kept is not None
    return after.state, kept.state.method(challenge.method_id) is not None


async def test_a_right_proof_registers_its_method(box: Outbox) -> None:
    challenge, is_on_file = await registered_after(box, "pending")
    assert (challenge.status, is_on_file) == ("verified", True)


@pytest.mark.parametrize("status", ["cancelled", "expired", "failed", "denied"])
async def test_a_right_proof_of_a_challenge_that_ended_registers_nothing(box: Outbox, status: Status) -> None:
    challenge, is_on_file = await registered_after(box, status)
    assert (challenge.status, is_on_file) == (status, False)
    assert challenge.submissions[0].result == "challengeEnded"


@pytest.mark.parametrize(
    "forged",
    [
        {"tenant": "southgate"},
        {"subject": "alex"},
        {"correlation_id": "c-other"},
        {"method_id": "other"},
        {"method_type": "authenticatorApp"},
        {"kind": "call"},
        {"purpose": "signIn"},
        {"submission_id": "never-handed-in"},
    ],
)
async def test_a_verdict_about_something_else_than_was_asked_registers_nothing(
    box: Outbox, forged: dict[str, Any]
) -> None:
    challenge, is_on_file = await registered_after(box, "pending", **forged)
    assert (challenge.status, is_on_file) == ("pending", False)


async def test_what_was_on_file_before_the_challenge_was_cancelled_was_verified(box: Outbox) -> None:
    """A process died after it had registered the method; the person cancelled, and the verdict comes again."""
    asked, registration = proof_of("phone")
    challenge = asked.model_copy(update={"registration": registration, "submissions": tried(None)})
    person, event = account(), verdict_on(challenge)
    cause = enveloped(event, challenge.id)
    await box.put(account=person, challenge=challenge)
    await box.store.accounts.change(
        person.id, lambda state: registering.register(state, challenge, registration, at=NOW), cause
    )
    await box.store.challenges.change(challenge.id, lambda state: transitions.cancel(state, "cancelled", at=NOW))
    await method_verified(event, cause, store=box.store, rules=Rules(), signals=Signals())
    after = await box.store.challenges.get(challenge.id)
    assert after is not None
    assert after.state.status == "verified"


async def test_a_verdict_that_names_no_kind_is_one_of_the_version_before(box: Outbox) -> None:
    challenge, is_on_file = await registered_after(box, "pending", kind=None)
    assert (challenge.status, is_on_file) == ("verified", True)


APP = method("authenticatorApp")


async def test_a_session_that_proved_nothing_registers_nothing_once_another_one_registered_a_method(
    box: Outbox,
) -> None:
    """The person registered an app while whoever has only the password kept a call waiting."""
    person = account(APP, sessions=(wizard_session(step="phone.code"),))
    challenge, is_on_file = await registered_after(box, "pending", person)
    assert (challenge.status, is_on_file) == ("cancelled", False)
    kept = await box.store.accounts.get(person.id)
    assert kept is not None
    (session,) = kept.state.sessions
    assert (session.step, session.after_proof, session.requested) == ("prove.choose", "phone", None)
    assert session.proof is None


@pytest.mark.parametrize(
    ("methods", "session"),
    [
        ((), wizard_session(step="phone.code")),
        ((APP,), wizard_session(step="phone.code", proof=RecentProof(method_id="authenticatorApp", at=NOW))),
        ((method("securityQuestions", "q"),), wizard_session(step="phone.code", registered=("q",))),
    ],
    ids=["nothing on file", "proven in this session", "registered by this session"],
)
async def test_a_session_that_has_nothing_more_to_prove_registers(
    box: Outbox, methods: tuple[Method, ...], session: Any
) -> None:
    challenge, is_on_file = await registered_after(box, "pending", account(*methods, sessions=(session,)))
    assert (challenge.status, is_on_file) == ("verified", True)


async def test_a_message_that_was_used_is_counted_once_by_who_carried_it(box: Outbox) -> None:
    def used() -> float:
        labels = {"channel": "local", "provider": "northtel", "country": "GB"}
        return REGISTRY.get_sample_value("security_info_messages_used_total", labels) or 0.0

    before = used()
    delivery = {"state": "sent", "provider": "northtel", "country": "GB", "requested_at": NOW}
    await registered_after(box, "pending", delivery=Delivery.model_validate(delivery))
    assert used() == before + 1


@pytest.mark.parametrize(
    ("whose", "state"), [({}, "failed"), ({"tenant": "southgate"}, "queued"), ({"subject": "alex"}, "queued")]
)
async def test_what_is_told_of_a_message_counts_for_its_own_person(
    box: Outbox, whose: dict[str, Any], state: DeliveryState
) -> None:
    """Else whoever may write to `deliveries` ends other people's waiting by the ids of their challenges alone."""
    challenge, _ = proof_of("phone")
    await box.store.challenges.insert(challenge.id, challenge)
    event = DeliveryFailed(
        challenge_id=challenge.id,
        delivery_id="d-1",
        send=challenge.delivery.send,
        channel="sms",
        reason="notDelivered",
        permanent=True,
        failed_at=NOW,
    )
    cause = replace(enveloped(event, challenge.id), **whose)
    await delivery_noted(event, cause, store=box.store, signals=Signals())
    after = await box.store.challenges.get(challenge.id)
    assert after is not None
    assert after.state.delivery.state == state


OTHERS = [{"tenant": "southgate"}, {"subject": "alex"}, {"correlation_id": "c-other"}, {"method_id": "other"}]


@pytest.mark.parametrize("forged", [{}, *OTHERS, {"purpose": "signIn"}])
async def test_a_verdict_about_something_else_ends_nothing(box: Outbox, forged: dict[str, Any]) -> None:
    """Neither a denial nor an end: what was asked of somebody is still to be answered."""
    asked, _ = proof_of("phone")
    about: dict[str, Any] = {"challenge_id": asked.id, "purpose": "registration", "method_id": asked.method_id}
    refused = VerificationFailed(
        **about, submission_id="s1", method_type="phone", reason="pushDenied", attempts_left=0, failed_at=NOW
    )
    expired = ChallengeExpired(**about, expired_at=asked.expires_at)
    ended = list[Status]()
    handlers: list[tuple[Event, Any]] = [(refused, verification_failed), (expired, challenge_expired)]
    for event, handle in handlers:
        challenge = asked.model_copy(update={"id": f"c-{len(ended)}"})
        await box.store.challenges.insert(challenge.id, challenge)
        named = event.model_copy(update={"challenge_id": challenge.id})
        told = named.model_copy(update={name: value for name, value in forged.items() if hasattr(named, name)})
        cause = enveloped(told, challenge.id)
        cause = replace(cause, **{name: value for name, value in forged.items() if hasattr(cause, name)})
        await handle(told, cause, store=box.store, signals=Signals())
        after = await box.store.challenges.get(challenge.id)
        assert after is not None
        ended.append(after.state.status)
    assert ended == (["pending", "pending"] if forged else ["denied", "expired"])
