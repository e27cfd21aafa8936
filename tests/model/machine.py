"""Histories: what a person, the network and a failing machine may do in any order, and what must hold meanwhile."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.base import Purpose
from schemas.enrollment import Destination, MethodRegistered
from schemas.topics import VERDICTS
from schemas.verification import ChallengeTerms, MethodVerified, VerificationFailed
from services.enrollment.accounts.domain.account import Account, Profile, account_id
from services.enrollment.accounts.domain.record import record_in, record_of
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, Registration
from services.kit.decision import Change
from services.kit.errors import ProblemError
from services.kit.mongo.document import DuplicateDocumentError
from tests.model.crashes import How
from tests.model.world import Process, World
from tests.support.builders.challenges import TENANT, USER, enveloped, right_code, submitted, terms, wrong_codes

METHOD = "method-1"
MOST_TRIES = 5


class Core(RuleBasedStateMachine):
    """Sam registers a phone and signs in by it, again and again, while everything goes wrong that can."""

    challenges = Bundle("challenges")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World()
        self.asked: dict[str, ChallengeTerms] = {}
        self.guesses: dict[str, int] = {}
        self.right: set[str] = set()
        self.ends: dict[tuple[str, str], str] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(target=challenges)
    def person(self) -> str:
        """Sam has an account, and is asked to prove a phone."""
        profile = Profile(user_principal_name="sam@northbridge.example", display_name="Sam")
        account = Account(tenant=TENANT, user=USER, profile=profile, created_at=self.world.clock.now())
        self.run(self.world.enrollment.store.accounts.insert(account.id, account))
        return self._asked("registration")

    @rule(target=challenges, purpose=st.sampled_from(("registration", "signIn")))
    def ask(self, purpose: Purpose) -> str:
        return self._asked(purpose)

    def _asked(self, purpose: Purpose) -> str:
        world, now = self.world, self.world.clock.now()
        identifier = f"c-{len(self.asked)}"
        of = terms(identifier, purpose=purpose, session_id=None, created_at=now)
        challenge = Challenge(
            id=identifier,
            tenant=TENANT,
            user=USER,
            terms=of,
            channel="sms",
            destination=Destination(sealed="k1.sealed", masked="••42"),
            registration=_registration(of) if purpose == "registration" else None,
            delivery=Delivery(requested_at=now),
            resend_at=now,
            attempts_left=MOST_TRIES,
        )
        self.asked[identifier] = of
        opened = transitions.opened(challenge)
        try:
            work = world.enrollment.store.challenges.insert(identifier, opened.state, opened.emissions)
            self.run(world.attempt(world.enrollment, work))
        except DuplicateDocumentError:
            pass
        return identifier

    @rule(challenge=challenges, is_right=st.booleans())
    def answer(self, challenge: str, is_right: bool) -> None:  # hypothesis names it
        of, now = self.asked[challenge], self.world.clock.now()
        number = self.guesses.get(challenge, 0)
        self.guesses[challenge] = number + (not is_right)
        code = right_code(of) if is_right else wrong_codes(of, number + 1)[number]
        if is_right and now < of.expires_at:
            self.right.add(challenge)
        event = submitted(of, code, at=now)
        self._change(challenge, lambda state: transitions.submit(state, event, at=now))

    @rule(challenge=challenges, times=st.integers(2, 7))
    def guess(self, challenge: str, times: int) -> None:
        for _ in range(times):
            self.answer(challenge, is_right=False)

    @rule(challenge=challenges)
    def cancel(self, challenge: str) -> None:
        now = self.world.clock.now()
        self._change(challenge, lambda state: transitions.cancel(state, "cancelled", at=now))

    @rule(seconds=st.sampled_from((1, 60, 299, 301, 1200)))
    def wait(self, seconds: int) -> None:
        self.world.clock.advance(timedelta(seconds=seconds))

    @rule()
    def sweep(self) -> None:
        self.run(self.world.sweep())

    @rule(challenge=challenges)
    def forge(self, challenge: str) -> None:
        """A verdict that nobody gave on a proof; as a verifier would tell it that was led astray."""
        of, now = self.asked[challenge], self.world.clock.now()
        event = MethodVerified(
            challenge_id=of.challenge_id,
            purpose=of.purpose,
            method_id=of.method_id,
            method_type=of.method_type,
            kind="call",
            verified_at=now,
        )
        forged = replace(enveloped(event, of.challenge_id, at=now), source="verifier")
        self.world.log.setdefault(VERDICTS.name, []).append(forged)

    @precondition(lambda self: self.world.waiting)
    @rule(chosen=st.integers(0, 99), marked=st.booleans())
    def publish(self, chosen: int, marked: bool) -> None:
        waiting = self.world.waiting
        self.world.publish(*waiting[chosen % len(waiting)], marked=marked)

    @precondition(lambda self: self.world.behind)
    @rule(chosen=st.integers(0, 99))
    def deliver(self, chosen: int) -> None:
        behind = self.world.behind
        self.run(self.world.deliver(*behind[chosen % len(behind)]))

    @precondition(lambda self: self.world.waiting or self.world.behind)
    @rule(to=st.sampled_from(("verifier", "enrollment", "everybody")))
    def flow(self, to: str) -> None:
        """What waits is published, and read by one service or by both; what fails meanwhile is not tried again yet."""
        world = self.world
        for process, name, document in world.waiting:
            while process.database.collections[name].documents[document].get("outbox"):
                world.publish(process, name, document, marked=True)
        for process, place in world.behind:
            if to in {process.name, "everybody"}:
                for _ in range(len(world.log[place[1]]) - world.offsets.get(place, 0)):
                    self.run(world.deliver(process, place))

    @precondition(lambda self: self.world.offsets)
    @rule(chosen=st.integers(0, 99), by=st.integers(1, 5))
    def rewind(self, chosen: int, by: int) -> None:
        places = sorted(self.world.offsets)
        self.world.rewind(places[chosen % len(places)], by)

    @rule(writes=st.integers(1, 4), how=st.sampled_from(("dies before", "dies after", "not answered")))
    def crash_soon(self, writes: int, how: How) -> None:
        self.world.crashes.arm(writes, how)

    @invariant()
    def an_end_stays(self) -> None:
        for process in self.world.processes:
            for document in _documents(process.database, "challenges"):
                state = document["state"]
                key = process.name, document["_id"]
                before = self.ends.get(key)
                is_reopened = (before, state["status"]) == ("expired", "pending")
                came_too_late = (before, state["status"]) == ("cancelled", "verified") and _is_on_file(process, state)
                may_differ = is_reopened or came_too_late or before == "expired"
                assert before in {None, state["status"]} or may_differ, (key, before, state)
                if state["status"] != "pending":
                    self.ends[key] = state["status"]

    @invariant()
    def nothing_is_verified_without_a_right_code_in_time(self) -> None:
        for process in self.world.processes:
            for document in _documents(process.database, "challenges"):
                if document["state"]["status"] == "verified":
                    assert document["state"]["id"] in self.right

    @invariant()
    def no_more_is_compared_than_the_challenge_allows(self) -> None:
        wrong: dict[str, set[str | None]] = {}
        for envelope in self.world.log.get(VERDICTS.name, ()):
            event = envelope.event
            if isinstance(event, VerificationFailed) and event.reason in {"codeIncorrect", "attemptsExhausted"}:
                wrong.setdefault(event.challenge_id, set()).add(event.submission_id)
        assert all(len(submissions) <= MOST_TRIES for submissions in wrong.values())

    def teardown(self) -> None:
        """However it went: everything comes to one end, and all agree on it."""
        try:
            if _documents(self.world.enrollment.database, "accounts"):
                self.run(self.world.calm())
                self._settled()
        finally:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.run(asyncio.sleep(0))
            self.loop.close()

    def _settled(self) -> None:
        world = self.world
        for invariants in (self.an_end_stays, self.no_more_is_compared_than_the_challenge_allows):
            invariants()
        judged = {
            document["state"]["id"]: document["state"]["status"]
            for document in _documents(world.verifier.database, "challenges")
        }
        for document in _documents(world.enrollment.database, "challenges"):
            state = document["state"]
            ends = state["status"], judged[state["id"]]
            assert "pending" not in ends, ends
            assert (ends[0] == "verified") <= (ends[1] == "verified"), ends
            assert (ends[1] == "verified") <= (ends[0] in {"verified", "cancelled"}), ends
        stored = self.run(world.enrollment.store.accounts.get(account_id(TENANT, USER)))
        told = world.lifecycle()
        proven = any(
            document["state"]["status"] == "verified" and document["state"]["terms"]["purpose"] == "registration"
            for document in _documents(world.enrollment.database, "challenges")
        )
        assert bool(stored.state.methods) == proven
        assert [envelope.sequence for envelope in told] == list(range(1, stored.state.sequence + 1))
        assert record_of(envelope.event for envelope in told).on_file == record_in(stored.state)
        assert not any(getattr(envelope.event, "display_name", None) for envelope in told)
        assert sum(isinstance(envelope.event, MethodRegistered) for envelope in told) <= 1

    def _change(self, challenge: str, decide: Any) -> None:
        def decided(state: Challenge) -> Change[Challenge]:
            try:
                return decide(state)  # type: ignore[no-any-return]
            except ProblemError:
                return Change(state)

        world = self.world
        self.run(world.attempt(world.enrollment, world.enrollment.store.challenges.change(challenge, decided)))


def _is_on_file(process: Process, challenge: dict[str, Any]) -> bool:
    """What was proven was registered before anybody cancelled, and the process died before it noted that."""
    accounts = _documents(process.database, "accounts")
    held = {method["id"] for account in accounts for method in account["state"]["methods"]}
    return challenge["terms"]["purpose"] == "registration" and challenge["terms"]["methodId"] in held


def _registration(of: ChallengeTerms) -> Registration:
    assert of.code
    return Registration(
        display_name="••42",
        phone_type="mobile",
        delivery="sms",
        destination="k1.sealed",
        destination_hash=of.code.destination_hash,
    )


def _documents(database: Any, name: str) -> list[dict[str, Any]]:
    return list(database.documents(name).values())
