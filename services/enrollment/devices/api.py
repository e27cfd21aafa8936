"""The device API: how authenticator apps connect, fetch and answer (docs/device-protocol.md)."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from services.enrollment.api import examples
from services.enrollment.api.problems import answer, empty, problems
from services.enrollment.api.shared import NO_STORE
from services.enrollment.challenges.domain.verdict import NotYet, Right, Wrong
from services.enrollment.components import Components
from services.enrollment.devices import handlers as devices
from services.kit.errors import DeviceSignatureInvalidError
from services.kit.http.sse import streamed

router = APIRouter(prefix="/device/v1", tags=["devices"])

MAX_TOKEN = 8192

REFUSED = problems("deviceSignatureInvalid", "clockSkew", "unavailable", always=())
SIGNED_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/jose": {"schema": {"type": "string"}, "example": examples.SIGNED}},
    }
}
"""A compact JWS that the device signed: docs/device-protocol.md says over what."""


@router.get("/configuration", responses=answer(200, examples.CONFIGURATION))
async def get_configuration(request: Request) -> dict[str, str | None]:
    """What an app needs before it connects: the key by which Web Push knows this service (RFC 8292)."""
    components: Components = request.app.state.components
    return {"vapidPublicKey": components.deps.keyring.vapid_public_key}


@router.post(
    "/a/{handle}/activate",
    status_code=201,
    openapi_extra=SIGNED_BODY,
    responses=answer(201, examples.CONNECTED, "Connected.")
    | problems(
        "deviceSignatureInvalid",
        "clockSkew",
        "activationExpired",
        "activationCodeInvalid",
        "rateLimited",
        "unavailable",
        always=(),
    ),
)
async def post_activation(request: Request, handle: str) -> Response:
    """Connect a device, once, by the code of a QR code."""
    components: Components = request.app.state.components
    await components.deps.limiter.admit("address", request.client.host if request.client else "")
    token = await _token(request)
    connected = await devices.activate(
        handle[:16], token, audience=components.settings.public_origin, deps=components.deps
    )
    content = {
        "deviceId": connected.device_id,
        "account": {"organization": connected.organization, "user": connected.user_principal_name},
        "requestsUrl": f"{components.settings.public_origin}/device/v1/requests",
    }
    return JSONResponse(content, 201, headers=NO_STORE)


@router.get("/requests", responses=answer(200, examples.REQUESTS) | REFUSED)
async def get_requests(request: Request, authorization: Annotated[str | None, Header()] = None) -> Response:
    """What waits for the device's answer."""
    components: Components = request.app.state.components
    device = await devices.recognise_device(
        _bearer(authorization), "GET", _url(request), audience=components.settings.public_origin, deps=components.deps
    )
    return JSONResponse(await devices.waiting_requests(device, components.deps), headers=NO_STORE)


@router.get(
    "/requests/stream",
    response_class=StreamingResponse,
    responses=answer(200, examples.REQUEST_STREAM, "The list whenever it changes.", media="text/event-stream")
    | REFUSED,
)
async def get_request_stream(request: Request, authorization: Annotated[str | None, Header()] = None) -> Response:
    """What waits for the device's answer, live (server-sent events)."""
    components: Components = request.app.state.components
    device = await devices.recognise_device(
        _bearer(authorization), "GET", _url(request), audience=components.settings.public_origin, deps=components.deps
    )
    return streamed(devices.request_stream(device, components.deps))


@router.post(
    "/requests/{challenge_id}/answer",
    status_code=204,
    openapi_extra=SIGNED_BODY,
    responses=empty(202, "It is still being judged.")
    | problems(
        "deviceSignatureInvalid",
        "clockSkew",
        "challengeEnded",
        "numberMismatch",
        "attemptsExhausted",
        "methodCoolingDown",
        "authenticatorDisabled",
        "rateLimited",
        "unavailable",
        always=(),
    ),
)
async def post_answer(request: Request, challenge_id: str) -> Response:
    """A signed answer. 204: it counts; 202: it is still being judged."""
    components: Components = request.app.state.components
    verdict = await devices.answer_request(challenge_id[:64], await _token(request), components.deps)
    match verdict:
        case Right() | Wrong("pushDenied"):
            return Response(status_code=204)
        case Wrong():
            raise verdict.problem
        case NotYet():
            return Response(status_code=202)


async def _token(request: Request) -> str:
    body = await request.body()
    if len(body) > MAX_TOKEN or not body.isascii():
        raise DeviceSignatureInvalidError
    return body.decode().strip()


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
        raise DeviceSignatureInvalidError(headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


def _url(request: Request) -> str:
    """The address as the app named it: the public one, without the query."""
    components: Components = request.app.state.components
    return f"{components.settings.public_origin}{request.url.path}"
