"""The kinds of proof with a credential, on the real broker and database: registration, use, removal, erasure."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from schemas.base import Event, MethodType
from schemas.enrollment import AccountErased, MethodRemoved, MethodRestored
from schemas.topics import LIFECYCLE
from schemas.verification import ChallengeTerms, MethodVerified, VerificationFailed
from services.kit.clock import SystemClock
from services.kit.codes import totp_code
from services.kit.settings import ServiceSettings
from services.verifier.methods.base import Submission
from services.verifier.store import KEEP_REMOVED
from tests.support.app_proofs import SECRET
from tests.support.challenges import TENANT, submitted
from tests.support.method_proofs import (
    ANSWERS,
    CODES,
    METHOD_TYPES,
    SIGNED,
    THE_PASS,
    answers_submitted,
    asked_for,
    call_answered,
    credential_submitted,
    pass_part,
    passkey,
    passkey_part,
    questions_part,
    totp_part,
)
from tests.support.verifier import Bench, benched
from tests.support.waiting import until

STEP = timedelta(seconds=30)
CLEAR = {*CODES, *(code.replace("-", "") for code in CODES), THE_PASS, "rex", "Rex", "high street", "High Street"}


@pytest.fixture
async def bench(settings: ServiceSettings, mongodb_url: str) -> AsyncIterator[Bench]:
    """A verifier that is ready."""
    async with benched(settings, mongodb_url) as made:
        yield made


def now() -> datetime:
    return SystemClock().now()


def unique() -> str:
    return uuid4().hex


async def outcomes(bench: Bench, *events: Submission) -> list[str]:
    """What came of each, one after the other."""
    return [_outcome(await bench.judged(event)) for event in events]


def _outcome(verdict: Event) -> str:
    if isinstance(verdict, VerificationFailed):
        return verdict.reason
    assert isinstance(verdict, MethodVerified)
    return "verified" if verdict.codes_left is None else f"verified, {verdict.codes_left} left"


async def test_codes_of_an_app_are_judged_by_the_secret_of_the_registration(bench: Bench) -> None:
    at, method = now(), unique()
    new = asked_for("totp", unique(), purpose="registration", method_id=method, created_at=at).model_copy(
        update={"totp": totp_part(SECRET, user=bench.user, method_id=method)}
    )

    def typed(code: str) -> Submission:
        part = totp_part(b"").model_copy(update={"secret": None})
        of = asked_for("totp", unique(), method_id=method, created_at=at, totp=part)
        return submitted(of, code, user=bench.user, at=at)

    first, later = totp_code(SECRET, at), totp_code(SECRET, at + STEP)
    assert await outcomes(
        bench, submitted(new, first, user=bench.user, at=at), typed(first), typed(later), typed(later)
    ) == ["verified", "codeIncorrect", "verified", "codeIncorrect"]


async def test_answers_codes_passes_passkeys_and_calls_are_judged_on_the_way_of_the_events(bench: Bench) -> None:
    at, user, key = now(), bench.user, passkey()

    def questions(asked: tuple[str, ...], answers: dict[str, str], **terms: str) -> Submission:
        part = questions_part(*asked)
        of = asked_for("securityQuestions", unique(), method_id=f"q-{user}", created_at=at, questions=part, **terms)
        return answers_submitted(of, answers, user=user, at=at)

    assert await outcomes(
        bench,
        questions((), ANSWERS, purpose="registration"),
        questions(("pet", "teacher"), {"pet": " REX", "teacher": "ms  öz"}),
        questions(("pet", "teacher"), {"pet": "Rex", "teacher": "Rex"}),
    ) == ["verified", "verified", "codeIncorrect"]

    def recovery(text: str, **terms: str) -> Submission:
        of = asked_for("recoveryCode", unique(), method_id=f"r-{user}", created_at=at, **terms)
        return submitted(of, text, user=user, at=at)

    assert await outcomes(
        bench,
        recovery("\n".join(CODES), purpose="registration"),
        recovery(CODES[3].lower()),
        recovery(CODES[3]),
        recovery(CODES[4].replace("-", " ")),
    ) == ["verified, 10 left", "verified, 9 left", "codeUsed", "verified, 8 left"]

    def access(text: str, since: datetime, **terms: str) -> Submission:
        part = pass_part(since=since)
        method = f"p-{user}-{since.timestamp():.0f}"
        of = asked_for("temporaryAccessPass", unique(), method_id=method, created_at=at, access_pass=part, **terms)
        return submitted(of, text, user=user, at=at)

    late = at - timedelta(hours=2)
    assert await outcomes(
        bench,
        access(THE_PASS, at, purpose="registration"),
        access(THE_PASS, at),
        access(THE_PASS, at),
        access(THE_PASS, late, purpose="registration"),
        access(THE_PASS, late),
    ) == ["verified", "verified", "codeUsed", "verified", "codeExpired"]

    def signed(credential: str, **terms: str) -> Submission:
        of = asked_for("passkey", unique(), method_id=f"k-{user}", created_at=at, passkey=passkey_part(), **terms)
        return credential_submitted(of, credential, user=user, at=at)

    created, used = key.create(SIGNED), key.get(SIGNED)
    elsewhere = passkey()
    elsewhere.origin = "https://evil.example"
    assert await outcomes(
        bench,
        signed(elsewhere.create(SIGNED), purpose="registration"),
        signed(created, purpose="registration"),
        signed(used),
        signed(used),
        signed(key.get(SIGNED)),
    ) == ["credentialInvalid", "verified", "verified", "credentialInvalid", "verified"]

    def called() -> ChallengeTerms:
        return asked_for("call", unique(), method_id=f"c-{user}", created_at=at)

    assert await outcomes(
        bench, call_answered(called()), call_answered(called(), proof="A" * 43), call_answered(called(), "report")
    ) == ["verified", "codeIncorrect", "callReported"]

    for method in ("q", "r", "k"):
        kept = await bench.credential(f"{method}-{user}")
        assert kept
        assert not CLEAR & set(re.split(r'["\\]+', kept.model_dump_json()))


async def test_a_removed_method_proves_nothing_a_restored_one_does_and_an_erased_person_leaves_nothing(
    bench: Bench,
) -> None:
    at, method = now(), f"r-{bench.user}"
    method_type: MethodType = METHOD_TYPES["recoveryCode"]

    def recovery(text: str, **terms: str) -> Submission:
        of = asked_for("recoveryCode", unique(), method_id=method, created_at=at, session_id=unique(), **terms)
        return submitted(of, text, user=bench.user, at=at)

    async def is_usable() -> bool:
        kept = await bench.credential(method)
        return kept is not None and kept.removed_at is None

    async def is_retired() -> bool:
        kept = await bench.credential(method)
        return kept is not None and kept.removed_at is not None

    assert await outcomes(bench, recovery("\n".join(CODES[:2]), purpose="registration")) == ["verified, 2 left"]
    removed = MethodRemoved(method_id=method, method_type=method_type, reason="replaced", removed_at=at)
    await bench.say(LIFECYCLE, removed, "session")
    await until(is_retired)
    assert await outcomes(bench, recovery(CODES[0])) == ["codeIncorrect"]
    restored = MethodRestored(
        method_id=method, method_type=method_type, display_name="Recovery codes", by="person", restored_at=at
    )
    await bench.say(LIFECYCLE, restored, "session")
    await until(is_usable)
    assert await outcomes(bench, recovery(CODES[0]), recovery("wrong")) == ["verified, 1 left", "codeIncorrect"]
    assert await of_person(bench, bench.user) == {
        "challenges": 4,
        "credentials": 1,
        "authenticators": 1,
        "sessions": 3,
    }
    other, bench.user = bench.user, f"{bench.user}.other"
    assert await outcomes(bench, recovery("\n".join(CODES[:1]), purpose="registration")) == ["verified, 1 left"]
    neighbour, bench.user = bench.user, other
    await bench.say(LIFECYCLE, AccountErased(erased_at=at), "session")

    async def is_gone() -> bool:
        return not any((await of_person(bench, other)).values())

    await until(is_gone)
    assert (await of_person(bench, neighbour))["credentials"] == 1


async def of_person(bench: Bench, user: str) -> dict[str, int]:
    """How many documents speak of a person."""
    names = ("challenges", "credentials", "authenticators", "sessions")
    database = bench.verifier.database
    criteria = {"state.tenant": TENANT, "state.user": user}
    return {name: await database.collection(name).count_documents(criteria) for name in names}


async def test_what_was_removed_is_deleted_after_eight_days_by_the_database(bench: Bench) -> None:
    indexes = await bench.verifier.database.collection("credentials").index_information()
    (deleting,) = [index for index in indexes.values() if "expireAfterSeconds" in index]
    assert deleting["key"] == [("state.removedAt", 1)]
    assert deleting["expireAfterSeconds"] == KEEP_REMOVED.total_seconds() == 8 * 24 * 3600
