"""Challenges: a platform asks for a proof, follows it, and hands in what the person typed or the browser returned."""

import json
import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Path, Response
from fastapi import Body as JsonBody
from fastapi.responses import StreamingResponse

from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.api.bodies import UserPath
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import ChallengeReader, ChallengesCaller, ChallengeWriter
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.responses import answer, problems
from services.enrollment.challenges.api import examples
from services.enrollment.challenges.api.body import NOTHING_COOLS_DOWN, challenge_body
from services.enrollment.challenges.api.models import AnswerRequest, ChallengeBody, ChallengeRequest, ResendRequest
from services.enrollment.challenges.domain.challenge import Challenge, Context
from services.enrollment.challenges.domain.verdict import NotYet, Right, Verdict, Wrong
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.challenges.handlers import platform
from services.enrollment.challenges.handlers.cooldown import cooldowns_of, cooling_down
from services.enrollment.challenges.handlers.lifecycle import VERDICT_WITHIN
from services.enrollment.challenges.handlers.opening import AskProof, ask_proof
from services.enrollment.components import Components, ComponentsDep, DependenciesDep
from services.enrollment.methods.base.handlers import Given, GivenAnswers, GivenCredential, TypedCode
from services.enrollment.registrations.handlers import require_registered
from services.enrollment.web.streams import open_stream
from services.kit.errors import (
    AttemptsExhaustedError,
    CodeIncorrectError,
    CodeUsedError,
    CredentialInvalidError,
    UnknownChallengeError,
    UnknownUserError,
)
from services.kit.http.places import Holder

router = APIRouter(tags=["challenges"], dependencies=[UNCACHED])

WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})\b")
COUNTED = frozenset({CodeIncorrectError, CredentialInvalidError, CodeUsedError, AttemptsExhaustedError})
"""Wrong answers of which the platform is told how many are left."""

ChallengePath = Annotated[str, Path(max_length=64, examples=["0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f10"])]
Prefer = Annotated[
    str | None,
    Header(max_length=256, description="`wait=N`: how many seconds to wait for the verdict, 10 at most and by default"),
]


@router.post(
    "/v1.0/users/{user_id}/challenges",
    status_code=201,
    responses=answer(201, examples.CHALLENGE, "It is open; what must be sent is on its way.")
    | problems(
        "unknownUser",
        "unknownMethod",
        "methodNotAllowedByPolicy",
        "codeUsed",
        "codeExpired",
        "authenticatorDisabled",
        "methodCoolingDown",
        "sendLimitReached",
        "idempotencyConflict",
    ),
)
@idempotent
async def post_challenge(
    user_id: UserPath,
    body: Annotated[ChallengeRequest, JsonBody(openapi_examples=examples.CHALLENGES)],
    caller: ChallengesCaller,
    components: ComponentsDep,
) -> ChallengeBody:
    """Ask for the proof of a method on file. Scope `challenges`.

    Without `methodId` it is the best one that the person has: a Temporary Access Pass, the default, then by strength.
    What only recovers an account (email, security questions) counts for `passwordReset` under the profile `entra`, and
    otherwise where there is nothing stronger. One that rests after failures, or after requests that nobody approved,
    comes last. An open challenge on the same method ends. While an app rests after such requests, asking it is
    `sendLimitReached`; its code can be asked for (`byCode`), and our page does so by itself.

    With `returnUrl`, an address on the client's list, the answer has the `url` of our page. There the person proves
    this method or another one, and comes back to `returnUrl` with `challengeId` and `status` in its query. The
    challenge keeps its id whatever method is used in the end; reading it is the authority.
    """
    opened = await ask_proof(_asked(body), user_id, caller, components.deps)
    cooldowns = await cooldowns_of(opened.account, body.purpose, components.deps)
    url = _page_of(opened.ticket, components.deps.public_origin)
    return challenge_body(opened.verification, opened.account, components, cooldowns, url=url)


@router.get(
    "/v1.0/challenges/{challenge_id}",
    responses=answer(200, examples.VERIFIED) | problems("unknownChallenge"),
)
async def get_challenge(
    challenge_id: ChallengePath, caller: ChallengeReader, components: ComponentsDep
) -> ChallengeBody:
    """A challenge as it is now.

    Scope `challenges`; for the challenge of a registration `methods.read` or `methods.write` will do.
    """
    return await _body(await platform.asked_by(caller, challenge_id, components.deps), components)


@router.get(
    "/v1.0/challenges/{challenge_id}/events",
    response_class=StreamingResponse,
    responses=answer(
        200,
        examples.STREAM,
        "Each change as `event: challenge` with the challenge as JSON, until it has ended.",
        media="text/event-stream",
    )
    | problems("unknownChallenge"),
)
async def get_challenge_events(
    challenge_id: ChallengePath, caller: ChallengeReader, components: ComponentsDep
) -> Response:
    """The changes of a challenge, live, to its end or that of the token (server-sent events). Scopes as for reading
    it. Of more than four streams of one challenge the oldest ends."""
    deps = components.deps
    asked = await platform.asked_by(caller, challenge_id, deps)
    account = await account_of(asked.first.tenant, asked.first.user, deps)
    cooldowns = await cooldowns_of(account, asked.first.purpose, deps)

    def described(state: Verification) -> str:
        return challenge_body(state, account, components, cooldowns).model_dump_json(by_alias=True)

    watched = platform.changes_of(asked.id, described, caller, deps)
    return open_stream(watched, Holder("challenge", asked.id), None, deps)


@router.post(
    "/v1.0/challenges/{challenge_id}/answer",
    responses=answer(200, examples.VERIFIED, "Verified.")
    | answer(202, examples.CHALLENGE, "Still being judged: follow the challenge.", model=ChallengeBody)
    | problems(
        "unknownChallenge",
        "challengeEnded",
        "codeIncorrect",
        "codeMalformed",
        "codeUsed",
        "codeExpired",
        "attemptsExhausted",
        "answerTooLong",
        "credentialInvalid",
        "methodAlreadyRegistered",
        "methodLimitReached",
        "methodCoolingDown",
        "authenticatorDisabled",
        "idempotencyConflict",
    ),
)
@idempotent
async def post_answer(
    response: Response,
    challenge_id: ChallengePath,
    body: Annotated[AnswerRequest, JsonBody(openapi_examples=examples.ANSWERS)],
    caller: ChallengeWriter,
    components: ComponentsDep,
    *,
    prefer: Prefer = None,
) -> ChallengeBody:
    """Hand in a code, answers or a credential, and wait for the verdict.

    Scope `challenges`; for the challenge of a registration `methods.write` will do. What an app approves, or a call
    confirms, is answered on the person's device.
    """
    deps = components.deps
    read = await platform.pending_by(caller, challenge_id, deps)
    asked = await platform.with_later(read.state, deps)
    judged, verdict = await platform.answer(asked.current, _given(body), deps, within=_wait(prefer), read=read)
    if isinstance(verdict, NotYet):
        response.status_code = 202
    account = await _account_after(judged, verdict, components)
    return await _body(asked.with_current(judged), components, account)


@router.post(
    "/v1.0/challenges/{challenge_id}/resend",
    status_code=202,
    responses=answer(202, examples.CHALLENGE, "It is on its way.")
    | problems(
        "unknownChallenge",
        "challengeEnded",
        "codeExpired",
        "methodNotAllowedByPolicy",
        "resendTooSoon",
        "sendLimitReached",
        "idempotencyConflict",
    ),
)
@idempotent
async def post_resend(
    challenge_id: ChallengePath,
    caller: ChallengeWriter,
    components: ComponentsDep,
    body: Annotated[ResendRequest | None, JsonBody(openapi_examples=examples.RESENDS)] = None,
) -> ChallengeBody:
    """Send the message once more, with the same code. `Retry-After` says when the next one may be asked for. Scopes as
    for an answer."""
    deps = components.deps
    asked = await platform.asked_by(caller, challenge_id, deps)
    await platform.send_again(asked.current, body.delivery if body else None, deps)
    return await _body(await platform.asked_by(caller, challenge_id, deps), components)


@router.post(
    "/v1.0/challenges/{challenge_id}/cancel",
    status_code=204,
    responses=problems("unknownChallenge", "idempotencyConflict"),
)
@idempotent
async def post_cancel(challenge_id: ChallengePath, caller: ChallengeWriter, deps: DependenciesDep) -> None:
    """End a challenge; one that ended stays as it is. Scopes as for an answer."""
    await platform.cancel(await platform.asked_by(caller, challenge_id, deps), deps)


async def _body(asked: Verification, components: Components, account: Account | None = None) -> ChallengeBody:
    account = account or await _account_of(asked, components)
    is_choice = asked.first.purpose != "registration" and asked.status_at(components.clock.now()) == "pending"
    cooldowns = await cooldowns_of(account, asked.first.purpose, components.deps) if is_choice else NOTHING_COOLS_DOWN
    return challenge_body(asked, account, components, cooldowns)


async def _account_of(asked: Verification, components: Components) -> Account:
    """Whose challenge it is. That of somebody who was erased is kept for a moment, until it is told that it ended."""
    try:
        return await account_of(asked.first.tenant, asked.first.user, components.deps)
    except UnknownUserError:
        raise UnknownChallengeError from None


async def _account_after(challenge: Challenge, verdict: Verdict, components: Components) -> Account | None:
    """The account after a right answer; None before the verdict. Raises why the answer was wrong, or why what it was to
    register cannot be."""
    match verdict:
        case Right():
            return await require_registered(challenge, components.deps, verdict.account)
        case Wrong("methodCoolingDown") if challenge.retry_at:
            raise cooling_down(challenge.retry_at, components.clock.now())
        case Wrong() if verdict.problem in COUNTED:
            raise verdict.problem(attemptsLeft=challenge.attempts_left)
        case Wrong():
            raise verdict.problem
        case NotYet():
            return None


def _asked(body: ChallengeRequest) -> AskProof:
    given = body.context
    address = str(given.ip_address) if given.ip_address else None
    context = Context(app_name=given.app_name, location=given.location, ip_address=address)
    return AskProof(body.purpose, body.method_id, context, by_code=body.by_code, return_url=body.return_url)


def _page_of(ticket: str | None, origin: str) -> str | None:
    return f"{origin}/verify/start?{urlencode({'ticket': ticket})}" if ticket else None


def _given(body: AnswerRequest) -> Given | None:
    """What was given; None unless it is exactly one thing."""
    given: list[Given] = []
    if body.code is not None:
        given.append(TypedCode(body.code))
    if body.answers:
        given.append(GivenAnswers(tuple((answer.question_id, answer.answer) for answer in body.answers)))
    if body.credential:
        given.append(GivenCredential(_written(body.credential)))
    return given[0] if len(given) == 1 else None


def _written(credential: dict[str, Any]) -> str:
    """As JSON again; one that is nested as deeply as could just be read is none. Raises `credentialInvalid`."""
    try:
        return json.dumps(credential)
    except RecursionError:
        raise CredentialInvalidError from None


def _wait(prefer: str | None) -> float:
    """Seconds, by `Prefer: wait=N` (RFC 7240, section 4.3); what cannot be met is no mistake."""
    found = WAIT.search(prefer or "")
    return min(float(found[1]), VERDICT_WITHIN) if found else VERDICT_WITHIN
