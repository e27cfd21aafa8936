"""The kinds of proof with a credential, on the real broker and database: registration, use, removal, erasure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from schemas.base import Event, Purpose
from schemas.enrollment import AccountErased, MethodRegistered, MethodRemoved, MethodRestored
from schemas.topics import LIFECYCLE
from schemas.verification import ChallengeTerms, HotpTerms, MethodVerified, ProofKind, TotpTerms, VerificationFailed
from services.kit.clock import SystemClock
from services.kit.crypto.codes import hotp_code, totp_code
from services.verifier.methods.base import Submission
from services.verifier.store import KEEP_REMOVED
from tests.support.builders.app_proofs import SECRET
from tests.support.builders.challenges import TENANT, submitted
from tests.support.builders.method_proofs import (
    ANSWERS,
    CODES,
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
    token_with_button,
    totp_part,
)
from tests.support.services.verifier import Bench
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

STEP = timedelta(seconds=30)


@dataclass(frozen=True)
class Person:
    """Submits the proofs of one person, each to a challenge of its own; the method is one of its kind."""

    user: str
    at: datetime = field(default_factory=lambda: SystemClock().now())

    def totp(self, code: str, purpose: Purpose = "signIn") -> Submission:
        """A code of an app."""
        part = totp_part(SECRET, user=self.user, method_id=self.user) if purpose == "registration" else TotpTerms()
        return submitted(self._asked("totp", purpose, totp=part), code, user=self.user, at=self.at)

    def token(self, codes: str, purpose: Purpose = "signIn") -> Submission:
        """One or two codes of a hardware token with a button."""
        part = HotpTerms()
        if purpose == "registration":
            part = token_with_button(SECRET, user=self.user, method_id=self.user)
        return submitted(self._asked("hotp", purpose, hotp=part), codes, user=self.user, at=self.at)

    def answers(self, answers: dict[str, str], purpose: Purpose = "signIn") -> Submission:
        """Answers to exactly those questions."""
        of = self._asked("securityQuestions", purpose, questions=questions_part(*answers))
        return answers_submitted(of, answers, user=self.user, at=self.at)

    def recovery(self, text: str, purpose: Purpose = "signIn") -> Submission:
        """Recovery codes."""
        return submitted(self._asked("recoveryCode", purpose), text, user=self.user, at=self.at)

    def access_pass(self, *, age: timedelta = timedelta(), purpose: Purpose = "signIn") -> Submission:
        """A pass for once that was made so long ago, and was good for an hour."""
        of = self._asked("temporaryAccessPass", purpose, access_pass=pass_part(since=self.at - age))
        return submitted(of, THE_PASS, user=self.user, at=self.at)

    def credential(self, credential: str, purpose: Purpose = "signIn") -> Submission:
        """A passkey's credential."""
        of = self._asked("passkey", purpose, passkey=passkey_part())
        return credential_submitted(of, credential, user=self.user, at=self.at)

    def call(self) -> ChallengeTerms:
        """A call."""
        return self._asked("call", "registration")

    def _asked(self, kind: ProofKind, purpose: Purpose, **parts: Any) -> ChallengeTerms:
        return asked_for(
            kind,
            uuid4().hex,
            purpose=purpose,
            method_id=self.user,
            session_id=uuid4().hex,
            created_at=self.at,
            **parts,
        )


async def outcomes(bench: Bench, *events: Submission) -> list[str]:
    """What came of each, one after the other."""
    return [_outcome(await bench.judged(event)) for event in events]


def _outcome(verdict: Event) -> str:
    if isinstance(verdict, VerificationFailed):
        return verdict.reason
    assert isinstance(verdict, MethodVerified)
    return "verified" if verdict.codes_left is None else f"verified, {verdict.codes_left} left"


async def test_codes_of_an_app_are_judged_by_the_secret_of_the_registration(bench: Bench) -> None:
    person = Person(bench.user)
    first, later = totp_code(SECRET, person.at - STEP), totp_code(SECRET, person.at)
    assert await outcomes(
        bench, person.totp(first, "registration"), person.totp(first), person.totp(later), person.totp(later)
    ) == ["verified", "codeIncorrect", "verified", "codeIncorrect"]


async def test_a_token_counts_on_and_is_found_again(bench: Bench) -> None:
    person = Person(bench.user)
    shown = [hotp_code(SECRET, counter) for counter in (0, 3, 300, 301, 302)]
    assert await outcomes(
        bench,
        person.token(shown[0], "registration"),
        person.token(shown[0]),
        person.token(shown[1]),
        person.token(shown[2]),
        person.token(f"{shown[2]}\n{shown[3]}"),
        person.token(shown[3]),
        person.token(shown[4]),
    ) == ["verified", "codeIncorrect", "verified", "codeIncorrect", "verified", "codeIncorrect", "verified"]


async def test_answers_are_right_all_at_once(bench: Bench) -> None:
    person = Person(bench.user)
    assert await outcomes(
        bench,
        person.answers(ANSWERS, "registration"),
        person.answers({"pet": " REX", "teacher": "ms  öz"}),
        person.answers({"pet": "Rex", "teacher": "Rex"}),
    ) == ["verified", "verified", "codeIncorrect"]


async def test_recovery_codes_are_good_once_each(bench: Bench) -> None:
    person = Person(bench.user)
    assert await outcomes(
        bench,
        person.recovery("\n".join(CODES), "registration"),
        person.recovery(CODES[3].lower()),
        person.recovery(CODES[3]),
        person.recovery(CODES[4].replace("-", " ")),
    ) == ["verified, 10 left", "verified, 9 left", "codeUsed", "verified, 8 left"]


async def test_a_pass_is_good_once_and_in_its_time(bench: Bench) -> None:
    person, late = Person(bench.user), timedelta(hours=2)
    assert await outcomes(
        bench,
        person.access_pass(purpose="registration"),
        person.access_pass(),
        person.access_pass(),
        person.access_pass(age=late, purpose="registration"),
        person.access_pass(),
    ) == ["verified", "verified", "codeUsed", "verified", "codeExpired"]


async def test_a_passkey_signs_for_our_pages_once_each(bench: Bench) -> None:
    person, key, elsewhere = Person(bench.user), passkey(), passkey()
    elsewhere.origin = "https://evil.example"
    created, used = key.create(SIGNED), key.get(SIGNED)
    assert await outcomes(
        bench,
        person.credential(elsewhere.create(SIGNED), "registration"),
        person.credential(created, "registration"),
        person.credential(used),
        person.credential(used),
        person.credential(key.get(SIGNED)),
    ) == ["credentialInvalid", "verified", "verified", "credentialInvalid", "verified"]


async def test_a_call_is_confirmed_or_reported_by_who_made_it(bench: Bench) -> None:
    person = Person(bench.user)
    assert await outcomes(
        bench,
        call_answered(person.call()),
        call_answered(person.call(), proof="A" * 43),
        call_answered(person.call(), "report"),
    ) == ["verified", "codeIncorrect", "callReported"]


async def test_a_removed_method_proves_nothing_until_it_is_restored(bench: Bench) -> None:
    person = Person(bench.user)
    assert await outcomes(bench, person.recovery("\n".join(CODES[:2]), "registration")) == ["verified, 2 left"]
    of_method = {"method_id": person.user, "method_type": "recoveryCodes"}
    removed = MethodRemoved.model_validate(of_method | {"reason": "replaced", "removed_at": person.at})
    await bench.say(LIFECYCLE, removed, "session")
    await until(partial(is_usable, bench, expected=False))
    assert await outcomes(bench, person.recovery(CODES[0])) == ["codeIncorrect"]
    restored = MethodRestored.model_validate(
        of_method | {"display_name": "Recovery codes", "by": "person", "restored_at": person.at}
    )
    await bench.say(LIFECYCLE, restored, "session")
    await until(partial(is_usable, bench, expected=True))
    assert await outcomes(bench, person.recovery(CODES[0])) == ["verified, 1 left"]


async def is_usable(bench: Bench, *, expected: bool) -> bool:
    kept = await bench.credential(bench.user)
    return kept is not None and (kept.removed_at is None) is expected


async def test_an_erased_person_leaves_nothing_and_the_neighbour_everything(bench: Bench) -> None:
    names = [bench.user, f"{bench.user}.x"]
    for name in reversed(names):
        bench.user = name
        person = Person(name)
        await outcomes(bench, person.recovery("\n".join(CODES[:1]), "registration"), person.recovery("wrong"))
    before = {"challenges": 2, "credentials": 1, "authenticators": 1, "sessions": 1}
    assert [await of_person(bench, name) for name in names] == [before, before]
    await bench.say(LIFECYCLE, AccountErased(erased_at=person.at + timedelta(minutes=1)), "session")

    async def is_gone() -> bool:
        return not any((await of_person(bench, bench.user)).values())

    await until(is_gone)
    assert await of_person(bench, names[1]) == before


async def of_person(bench: Bench, user: str) -> dict[str, int]:
    """How many documents speak of a person."""
    names = ("challenges", "credentials", "authenticators", "sessions")
    database = bench.verifier.database
    criteria = {"state.tenant": TENANT, "state.user": user}
    return {name: await database.collection(name).count_documents(criteria) for name in names}


async def test_what_was_removed_or_never_claimed_is_deleted_in_time_by_the_database(bench: Bench) -> None:
    indexes = await bench.verifier.database.collection("credentials").index_information()
    deleting = {
        index["key"][0][0]: index["expireAfterSeconds"] for index in indexes.values() if "expireAfterSeconds" in index
    }
    assert deleting == {"state.removedAt": KEEP_REMOVED.total_seconds(), "state.unclaimedSince": 14 * 24 * 3600}


@pytest.mark.parametrize("heard", [True, False], ids=["told that it is on file", "asked for it"])
async def test_what_a_registration_left_is_claimed(bench: Bench, *, heard: bool) -> None:
    person = Person(bench.user)
    await outcomes(bench, person.recovery("\n".join(CODES[:2]), "registration"))
    kept = await bench.credential(bench.user)
    assert kept
    assert kept.unclaimed_since
    if heard:
        of_method = {"method_id": person.user, "method_type": "recoveryCodes", "display_name": "", "is_default": False}
        await bench.say(LIFECYCLE, MethodRegistered.model_validate(of_method | {"registered_at": person.at}), "session")
    else:
        assert await outcomes(bench, person.recovery(CODES[0])) == ["verified, 1 left"]

    async def is_claimed() -> bool:
        known = await bench.credential(bench.user)
        return known is not None and known.unclaimed_since is None

    await until(is_claimed)
