"""Challenges: a platform asks for a proof, follows it, and hands in what the person typed or the browser returned."""

import json
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi import Body as JsonBody
from fastapi.responses import StreamingResponse
from pydantic import Field, IPvAnyAddress, SecretStr, StringConstraints

from schemas.base import Purpose
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.api import examples
from services.enrollment.api.problems import answer, problems
from services.enrollment.api.shared import (
    Body,
    CallerNow,
    IdempotencyKey,
    ReturnUrl,
    Text,
    UserPath,
    once,
    replied,
)
from services.enrollment.challenges.api.body import NOTHING_RESTS, ChallengeBody, challenge_body
from services.enrollment.challenges.domain.challenge import Context
from services.enrollment.challenges.domain.verdict import NotYet, Right, Verdict, Wrong
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.challenges.handlers import platform as challenges_api
from services.enrollment.challenges.handlers.cooldown import cooling_down, pauses_of
from services.enrollment.challenges.handlers.lifecycle import VERDICT_WITHIN
from services.enrollment.challenges.handlers.opening import AskProof, ask_proof
from services.enrollment.components import Components
from services.enrollment.idempotency.handlers import Reply
from services.enrollment.methods.base.handlers import Given, GivenAnswers, GivenCredential, TypedCode
from services.enrollment.registrations.handlers import require_registered
from services.kit.http.sse import streamed

router = APIRouter(tags=["challenges"])

WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})\b")
WITH_TRIES = frozenset({"codeIncorrect", "credentialInvalid", "codeUsed", "attemptsExhausted"})

ChallengePath = Annotated[str, Path(max_length=64, examples=["0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f10"])]
Prefer = Annotated[
    str | None,
    Header(max_length=256, description="`wait=N`: how many seconds to wait for the verdict, 10 at most and by default"),
]


class ContextBody(Body):
    """What the person is told of the question, in the app too. Address and location are the platform's own finding."""

    app_name: Text | None = None
    location: Text | None = None
    ip_address: IPvAnyAddress | None = None


class ChallengeRequest(Body):
    """Ask the person to prove a method: this one, or the best that they have."""

    purpose: Literal["signIn", "passwordReset", "stepUp"]
    method_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    context: ContextBody = ContextBody()
    return_url: ReturnUrl | None = Field(
        default=None, description="the person proves it on our page, and comes back to this address"
    )
    by_code: bool = Field(default=False, description="ask an authenticator app for its one-time code, not for approval")


class GivenAnswer(Body):
    """An answer to one security question."""

    question_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    answer: Annotated[SecretStr, Field(max_length=256)]


class AnswerRequest(Body):
    """One of the three, as the challenge asks: a code, all answers, or the JSON of `navigator.credentials`."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=64)] | None = None
    answers: tuple[GivenAnswer, ...] | None = Field(default=None, min_length=1, max_length=20)
    credential: dict[str, Any] | None = None


class ResendRequest(Body):
    """Send once more; `delivery` changes the way."""

    delivery: Literal["sms", "voice"] | None = None


@router.post(
    "/v1.0/users/{user_id}/challenges",
    status_code=201,
    response_model=ChallengeBody,
    responses=answer(201, examples.CHALLENGE, "It is open; what must be sent is on its way.")
    | problems(
        "unknownUser",
        "unknownMethod",
        "methodNotAllowedByPolicy",
        "codeUsed",
        "codeExpired",
        "authenticatorDisabled",
        "methodCoolingDown",
        "idempotencyConflict",
    ),
)
async def post_challenge(
    request: Request,
    user_id: UserPath,
    body: Annotated[ChallengeRequest, JsonBody(openapi_examples=examples.CHALLENGES)],
    by: CallerNow,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Ask for the proof of a method on file. Scope `challenges`.

    Without `methodId` it is the best one that the person has: a Temporary Access Pass, the default, then by strength.
    What only recovers an account (email, security questions) counts for `passwordReset` under the profile `entra`, and
    otherwise where there is nothing stronger. One that rests after failures comes last. An open challenge on the same
    method ends.

    With `returnUrl`, an address on the client's list, the answer has the `url` of our page. There the person proves
    this method or another one, and comes back to `returnUrl` with `challengeId` and `status` in its query. The
    challenge keeps its id whatever method is used in the end; reading it is the authority.
    """
    by.require("challenges")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        opened = await ask_proof(_asked(body), user_id, by, components.deps)
        pauses = await pauses_of(opened.account, body.purpose, components.deps)
        url = _page_of(opened.ticket, components)
        return Reply(challenge_body(opened.verification, opened.account, components, pauses, url=url), 201)

    return await once(request, idempotency_key, by, reply)


@router.get(
    "/v1.0/challenges/{challenge_id}",
    response_model=ChallengeBody,
    responses=answer(200, examples.VERIFIED) | problems("unknownChallenge"),
)
async def get_challenge(request: Request, challenge_id: ChallengePath, by: CallerNow) -> Response:
    """A challenge as it is now.

    Scope `challenges`; for the challenge of a registration `methods.read` or `methods.write` will do.
    """
    by.require("challenges", "methods.read", "methods.write")
    components: Components = request.app.state.components
    return replied(await _body(await challenges_api.asked_by(by, challenge_id, components.deps), components))


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
async def get_challenge_events(request: Request, challenge_id: ChallengePath, by: CallerNow) -> Response:
    """The changes of a challenge, live, to its end (server-sent events). Scopes as for reading it."""
    by.require("challenges", "methods.read", "methods.write")
    components: Components = request.app.state.components
    asked = await challenges_api.asked_by(by, challenge_id, components.deps)
    account = await account_of(asked.first.tenant, asked.first.user, components.deps)
    pauses = await pauses_of(account, asked.first.purpose, components.deps)

    def described(state: Verification) -> str:
        return challenge_body(state, account, components, pauses).model_dump_json(by_alias=True)

    return streamed(challenges_api.changes_of(asked.id, described, components.deps))


@router.post(
    "/v1.0/challenges/{challenge_id}/answer",
    response_model=ChallengeBody,
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
        "credentialInvalid",
        "methodAlreadyRegistered",
        "methodLimitReached",
        "methodCoolingDown",
        "authenticatorDisabled",
        "idempotencyConflict",
    ),
)
async def post_answer(
    request: Request,
    challenge_id: ChallengePath,
    body: Annotated[AnswerRequest, JsonBody(openapi_examples=examples.ANSWERS)],
    by: CallerNow,
    *,
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Hand in a code, answers or a credential, and wait for the verdict.

    Scope `challenges`; for the challenge of a registration `methods.write` will do. What an app approves, or a call
    confirms, is answered on the person's device.
    """
    by.require("challenges", "methods.write")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        asked = await challenges_api.asked_by(by, challenge_id, components.deps)
        given, within = _answer(body), _wait(prefer)
        judged, verdict = await challenges_api.answer(asked.current, given, components.deps, within=within)
        return await _judged(asked.with_current(judged), verdict, components)

    return await once(request, idempotency_key, by, reply)


@router.post(
    "/v1.0/challenges/{challenge_id}/resend",
    status_code=202,
    response_model=ChallengeBody,
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
async def post_resend(
    request: Request,
    challenge_id: ChallengePath,
    by: CallerNow,
    body: Annotated[ResendRequest | None, JsonBody(openapi_examples=examples.RESENDS)] = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Send the message once more, with the same code. `Retry-After` says when the next one may be asked for. Scopes as
    for an answer."""
    by.require("challenges", "methods.write")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        asked = await challenges_api.asked_by(by, challenge_id, components.deps)
        await challenges_api.send_again(asked.current, body.delivery if body else None, components.deps)
        again = await challenges_api.asked_by(by, challenge_id, components.deps)
        return Reply(await _body(again, components), 202)

    return await once(request, idempotency_key, by, reply)


@router.post(
    "/v1.0/challenges/{challenge_id}/cancel",
    status_code=204,
    responses=problems("unknownChallenge", "idempotencyConflict"),
)
async def post_cancel(
    request: Request, challenge_id: ChallengePath, by: CallerNow, idempotency_key: IdempotencyKey = None
) -> Response:
    """End a challenge; one that ended stays as it is. Scopes as for an answer."""
    by.require("challenges", "methods.write")
    components: Components = request.app.state.components

    async def reply() -> Reply:
        asked = await challenges_api.asked_by(by, challenge_id, components.deps)
        await challenges_api.cancel(asked, components.deps)
        return Reply(None, 204)

    return await once(request, idempotency_key, by, reply)


async def _body(asked: Verification, components: Components) -> ChallengeBody:
    account = await account_of(asked.first.tenant, asked.first.user, components.deps)
    is_choice = asked.first.purpose != "registration" and asked.status_at(components.clock.now()) == "pending"
    pauses = await pauses_of(account, asked.first.purpose, components.deps) if is_choice else NOTHING_RESTS
    return challenge_body(asked, account, components, pauses)


async def _judged(asked: Verification, verdict: Verdict, components: Components) -> Reply:
    """The verdict as an answer, or as the refusal that it is."""
    challenge = asked.current
    match verdict:
        case NotYet():
            return Reply(await _body(asked, components), 202)
        case Right():
            await require_registered(challenge, components.deps)
            return Reply(await _body(asked, components))
        case Wrong("methodCoolingDown") if challenge.retry_at:
            raise cooling_down(challenge.retry_at, components.clock.now())
        case Wrong(reason):
            if reason in WITH_TRIES:
                raise verdict.problem(attemptsLeft=challenge.attempts_left)
            raise verdict.problem


def _asked(body: ChallengeRequest) -> AskProof:
    purpose: Purpose = body.purpose
    told = body.context
    context = Context(
        app_name=told.app_name, location=told.location, ip_address=str(told.ip_address) if told.ip_address else None
    )
    return AskProof(purpose, body.method_id, context, by_code=body.by_code, return_url=body.return_url)


def _page_of(ticket: str | None, components: Components) -> str | None:
    return f"{components.settings.public_origin}/verify/start?{urlencode({'ticket': ticket})}" if ticket else None


def _answer(body: AnswerRequest) -> Given | None:
    """What was given; None unless it is exactly one thing."""
    given: list[Given] = []
    if body.code is not None:
        given.append(TypedCode(body.code))
    if body.answers:
        given.append(GivenAnswers(tuple((answer.question_id, answer.answer) for answer in body.answers)))
    if body.credential:
        given.append(GivenCredential(json.dumps(body.credential)))
    return given[0] if len(given) == 1 else None


def _wait(prefer: str | None) -> float:
    """Seconds, by `Prefer: wait=N` (RFC 7240, section 4.3); what cannot be met is no mistake."""
    found = WAIT.search(prefer or "")
    return min(float(found[1]), VERDICT_WITHIN) if found else VERDICT_WITHIN
