"""Sam has the authenticator app on file, and whoever has Sam's password asks for requests to it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.verification import MethodVerified, VerificationFailed
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge, Context
from services.enrollment.challenges.handlers import verdicts
from services.enrollment.challenges.handlers.opening import AskProof, Opened, ask_proof
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.devices.domain import Device
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.store import Store
from services.enrollment.tokens import Caller
from services.kit.config.clients import Client
from services.kit.crypto.device import DevicePrivateKey
from services.kit.errors import ProblemError
from services.kit.ids import new_id
from tests.support.builders.challenges import enveloped
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.unit.enrollment.builders import account, method

RETURN_URL = "http://127.0.0.1:8010/return"
CLIENT = Client.model_validate(
    {"issuer": "north", "tenants": ["northbridge"], "jwksUrl": f"{RETURN_URL}/jwks", "returnUrls": [RETURN_URL]}
)
CALLER = Caller("platform", "northbridge", frozenset({"challenges"}))
APP = method("authenticatorApp", "app", device_id="d1", has_codes=True)
CODES = method("softwareOath", "codes")


@dataclass
class Attack:
    """Of the password alone. `deps` are those of one replica; `clock` is what a test makes go on."""

    deps: Dependencies
    clock: FixedClock
    opened: list[Challenge] = field(default_factory=list)

    async def ask(self, **asked: object) -> Opened:
        """Ask for a sign-in, as the platform does; with the app unless another method is named."""
        wanted = AskProof(purpose="signIn", method_id=APP.id, context=Context())
        done = await ask_proof(replace(wanted, **asked), "sam", CALLER, self.deps)  # type: ignore[arg-type]
        self.opened.append(done.verification.current)
        return done

    async def refused(self, **asked: object) -> ProblemError | None:
        """Why it is not asked; None where it is."""
        try:
            await self.ask(**asked)
        except ProblemError as problem:
            return problem
        return None

    async def for_minutes(self, minutes: int, *, every: timedelta) -> int:
        """Ask again and again; how many requests the device got."""
        before, end = len(self.opened), self.clock.now() + timedelta(minutes=minutes)
        while self.clock.now() < end:
            await self.refused()
            self.clock.advance(every)
        return len(self.opened) - before

    async def waiting(self) -> list[str]:
        """What the device shows."""
        now = self.clock.now()
        pending = await self.deps.challenges.of_device("d1")
        return [stored.id for stored in pending if stored.state.can_be_answered(now)]

    async def answered(self, challenge: Challenge, reason: str | None = None) -> None:
        """The device approves, or answers so that the verifier says why not; each verdict comes twice."""
        now, of = self.clock.now(), challenge.terms
        submission = new_id()
        await self.deps.challenges.change(
            challenge.id,
            lambda state: transitions.answer(
                state, submission, "k1.sealed", decision="deny" if reason else "approve", at=now
            ),
        )
        shared = {"challenge_id": challenge.id, "submission_id": submission, "purpose": of.purpose}
        shared |= {"method_id": of.method_id, "method_type": of.method_type, "kind": of.kind}
        for cause in 2 * [self._enveloped(shared, challenge, reason)]:
            if isinstance(cause.event, MethodVerified):
                await verdicts.method_verified(
                    cause.event, cause, store=self.deps, rules=self.deps, signals=self.deps.signals
                )
            if isinstance(cause.event, VerificationFailed):
                await verdicts.verification_failed(cause.event, cause, store=self.deps, signals=self.deps.signals)

    def _enveloped(self, shared: dict[str, str], challenge: Challenge, reason: str | None) -> Envelope:
        now = self.clock.now()
        event: Event = MethodVerified.model_validate({**shared, "verified_at": now}, by_name=True)
        if reason:
            shared.pop("kind")
            failed = {**shared, "reason": reason, "attempts_left": 0, "failed_at": now}
            event = VerificationFailed.model_validate(failed, by_name=True)
        return enveloped(event, challenge.id)


async def attack_on(store: Store, clock: FixedClock, *methods: Method) -> Attack:
    """Sam, with these methods, and the app's device; nothing was asked yet."""
    tenant = Tenant(
        display_name="Northbridge",
        groups={"everyone": GroupPolicy(allowed=("authenticatorApp", "softwareOath", "phone"))},
        default_group="everyone",
    )
    config = Config(tenants={"northbridge": tenant}, clients={"platform": CLIENT})
    deps = Dependencies.on(store, keyring("enrollment"), config, clock, public_origin="http://localhost:8000")
    person: Account = account(*(methods or (APP, CODES)), default_method_id=APP.id)
    await deps.accounts.insert(person.id, person)
    await deps.devices.insert("d1", a_device(clock))
    return Attack(deps, clock)


def a_device(clock: FixedClock, **fields: object) -> Device:
    made = Device(
        id="d1",
        tenant="northbridge",
        user="sam",
        method_id=APP.id,
        name="Sam's phone",
        key=DevicePrivateKey.generate().public,
        created_at=clock.now(),
        proven_at=clock.now(),
    )
    return made.model_copy(update=fields)
