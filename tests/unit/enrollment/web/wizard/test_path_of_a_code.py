"""A typed code comes from the form to the outbox through few files, and never back into one that it came through."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import FrameType, SimpleNamespace

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import AnyHttpUrl, BaseModel, SecretStr

import services.enrollment
from schemas.enrollment import Destination
from schemas.verification import CodeSubmitted, CodeTerms, ProofKind, TotpTerms
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.views import WIZARD
from services.enrollment.web.wizard import routes
from services.kit.crypto.sealing import token_hash
from services.kit.http.csrf import csrf_token
from services.kit.ids import new_token
from services.kit.mongo import document
from tests.support.builders.keys import keyring
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import Outbox, outbox, sam_at
from tests.support.waiting import until
from tests.unit.enrollment.builders import proof_of

SERVICES, OUTBOX = Path(services.enrollment.__file__).parents[1], Path(document.__file__)
MOST_FILES = 9
DEEPEST = 5
"""How deep in what a function is given the code is looked for."""

CODE, SECRET, ORIGIN = "731904", "s" * 43, "http://localhost:8000"
TENANT = Tenant(
    display_name="Northbridge",
    groups={"everyone": GroupPolicy(number=1, allowed=("phone", "email", "softwareOath"))},
    default_group="everyone",
)


@dataclass
class Trail:
    """The files whose functions were given the code, in order, and the calls back into one that still waits."""

    files: list[str] = field(default_factory=list)
    steps_back: set[str] = field(default_factory=set)

    def follow(self, frame: FrameType, event: str, _: object) -> None:
        """What `sys.setprofile` takes."""
        if event != "call" or not _is_given_code(frame):
            return
        file, callers = _file(frame), _callers(frame)
        if file not in self.files:
            self.files.append(file)
        elsewhere = next((at for at, caller in enumerate(callers) if caller != file), len(callers))
        if file in callers[elsewhere:]:
            self.steps_back.add(f"{callers[elsewhere]} calls {file}: {frame.f_code.co_name}")


@contextmanager
def followed() -> Iterator[Trail]:
    """Until the block is left."""
    trail, before = Trail(), sys.getprofile()
    sys.setprofile(trail.follow)
    try:
        yield trail
    finally:
        sys.setprofile(before)


@dataclass(frozen=True)
class Wizard:
    """Sam's browser, and what the wizard sent to the verifier."""

    client: AsyncClient
    box: Outbox

    async def begin(self, sam: Principal) -> None:
        """Put Sam's session there, as if the interrupt had led to it."""
        asked = Interrupt(
            id=sam.session.id,
            tenant=sam.account.tenant,
            client_id="northbridge",
            user=sam.account.user,
            return_url=sam.session.return_url,
            intent="signIn",
            decision="register",
            created_at=NOON,
        )
        await self.box.store.interrupts.insert(asked.id, asked)
        await self.box.put(account=sam.account, challenge=sam.session.requested)

    async def submit(self, sam: Principal, challenge: Challenge) -> None:
        """The form of the page, as far as the verifier's turn."""
        form = {"session": sam.session.id, "csrf": csrf_token(SECRET), "step": sam.session.step}
        typed = {**form, "challenge": challenge.id, "code": CODE}
        waiting = asyncio.create_task(self.client.post(WIZARD, data=typed))
        await until(lambda: self._is_submitted(challenge, waiting))
        waiting.cancel()

    async def _is_submitted(self, challenge: Challenge, waiting: asyncio.Task[Response]) -> bool:
        assert not waiting.done(), waiting.result()
        stored = await self.box.store.challenges.get(challenge.id)
        return stored is not None and stored.state.pending_submission is not None


@pytest.fixture
async def wizard() -> AsyncIterator[Wizard]:
    """Over documents in memory; only the browser is not real."""
    clock, config = FixedClock(), Config(tenants={"northbridge": TENANT}, clients={})
    async with outbox(clock) as box:
        deps = Dependencies.on(box.store, keyring("enrollment"), config, clock, public_origin=ORIGIN)
        app = FastAPI()
        settings = SimpleNamespace(public_url=AnyHttpUrl(ORIGIN))
        app.state.components = SimpleNamespace(deps=deps, settings=settings, clock=clock, config=config)
        app.include_router(routes.router)
        cookies = {"security-info": f"{sam_at('phone').session.id}.{SECRET}"}
        async with AsyncClient(transport=ASGITransport(app), base_url=ORIGIN, cookies=cookies) as client:
            yield Wizard(client, box)


@pytest.mark.parametrize(
    ("kind", "step"), [("code", "phone.code"), ("code", "email.code"), ("totp", "softwareOath.code")]
)
async def test_a_code_comes_to_the_outbox_through_nine_files_and_never_back(
    wizard: Wizard, kind: ProofKind, step: str
) -> None:
    challenge = asked(kind, step)
    sam = at(step, challenge)
    await wizard.begin(sam)
    with followed() as trail:
        await wizard.submit(sam, challenge)
    (event,) = await wizard.box.published(CodeSubmitted)
    assert event.terms.challenge_id == challenge.id
    assert trail.files[0] == "enrollment/web/wizard/routes.py"
    assert trail.files[-1] == "kit/mongo/document.py"
    assert len(trail.files) <= MOST_FILES, trail.files
    assert not trail.steps_back


def asked(kind: ProofKind, step: str) -> Challenge:
    """What the page of a step waits for."""
    challenge, registration = proof_of("softwareOath" if kind == "totp" else "email", phone_type="mobile")
    code = CodeTerms(nonce=new_token(), destination_hash="d" * 43) if kind == "code" else None
    totp = TotpTerms(secret="k1.sealed") if kind == "totp" else None
    terms = challenge.terms.model_copy(
        update={"kind": kind, "method_type": step.partition(".")[0], "code": code, "totp": totp}
    )
    destination = Destination(sealed="k1.sealed", masked="••01")
    more = {"terms": terms, "registration": registration, "destination": destination if code else None}
    return challenge.model_copy(update=more)


def at(step: str, challenge: Challenge) -> Principal:
    """Sam, whose browser holds the session."""
    sam = sam_at(step, requested=challenge)
    session = sam.session.model_copy(update={"cookie_hash": token_hash(SECRET), "plan": (step.partition(".")[0],)})
    return Principal(sam.account.model_copy(update={"sessions": (session,)}), session)


def _file(frame: FrameType) -> str:
    return Path(frame.f_code.co_filename).relative_to(SERVICES).as_posix()


def _is_given_code(frame: FrameType) -> bool:
    """Of the library only what puts events into the outbox is looked at: what it rests on is not ours to shorten."""
    path, given = Path(frame.f_code.co_filename), frame.f_code.co_varnames[: frame.f_code.co_argcount]
    if path != OUTBOX and SERVICES / "enrollment" not in path.parents:
        return False
    return any(_has_code(frame.f_locals.get(name)) for name in given)


def _callers(frame: FrameType) -> list[str]:
    """The files of the functions that wait for this one and were given the code, too, the nearest first."""
    found, caller = list[str](), frame.f_back
    while caller is not None:
        if _is_given_code(caller):
            found.append(_file(caller))
        caller = caller.f_back
    return found


def _has_code(value: object, depth: int = 0) -> bool:
    """Whether it is the code, as it was typed or sealed, or contains it."""
    if isinstance(value, SecretStr):
        return CODE in value.get_secret_value()
    if isinstance(value, str):
        return CODE in value
    if isinstance(value, CodeSubmitted):
        return True
    return depth < DEEPEST and any(_has_code(part, depth + 1) for part in _parts(value))


def _parts(value: object) -> Iterable[object]:
    match value:
        case Mapping():
            return value.values()
        case list() | tuple():
            return value
        case BaseModel():
            return (part for _, part in value)
        case _ if is_dataclass(value):
            return (getattr(value, part.name) for part in fields(value))
        case _:
            return ()
