"""The device API: how authenticator apps connect, fetch and answer (docs/device-protocol.md)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from services.enrollment.api.caching import NO_STORE
from services.enrollment.api.responses import answer, empty, problems
from services.enrollment.challenges.domain.verdict import NotYet, Right, Wrong
from services.enrollment.components import DependenciesDep
from services.enrollment.devices import examples
from services.enrollment.devices import handlers as devices
from services.enrollment.devices.domain import Device
from services.enrollment.devices.following import FOLLOWING
from services.enrollment.i18n import preferred, read_in
from services.enrollment.notices.handlers import notices_of_device, repudiate_by_device
from services.enrollment.notices.views import shown_to_app
from services.enrollment.web.streams import open_stream
from services.kit.errors import DeviceSignatureInvalidError
from services.kit.http.client import address_of
from services.kit.http.places import Holder

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


async def _admit(request: Request, deps: DependenciesDep) -> None:
    await deps.limiter.admit("address", address_of(request))


async def _token(request: Request) -> str:
    body = await request.body()
    if len(body) > MAX_TOKEN or not body.isascii():
        raise DeviceSignatureInvalidError
    return body.decode().strip()


async def _recognised(
    request: Request, deps: DependenciesDep, authorization: Annotated[str | None, Header()] = None
) -> Device:
    """The device that signed its bearer token for this address: the public one, without the query."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
        raise DeviceSignatureInvalidError(headers={"WWW-Authenticate": "Bearer"})
    url = f"{deps.public_origin}{request.url.path}"
    return await devices.recognise_device(token.strip(), request.method, url, audience=deps.public_origin, deps=deps)


ADMITTED = Depends(_admit)
"""One request more of its address, before anything of it is read."""

SignedToken = Annotated[str, Depends(_token)]
CallingDevice = Annotated[Device, Depends(_recognised)]
NoticeId = Annotated[str, Path(examples=[examples.NOTICES[0]["noticeId"]])]


@router.get("/configuration", responses=answer(200, examples.CONFIGURATION))
async def get_configuration(deps: DependenciesDep) -> dict[str, str | None]:
    """What an app needs before it connects: the key by which Web Push knows this service (RFC 8292)."""
    return {"vapidPublicKey": deps.keyring.vapid_public_key}


@router.post(
    "/a/{handle}/activate",
    status_code=201,
    dependencies=[ADMITTED],
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
async def post_activation(handle: str, token: SignedToken, deps: DependenciesDep) -> Response:
    """Connect a device, once, by the code of a QR code."""
    connected = await devices.activate(handle[:16], token, audience=deps.public_origin, deps=deps)
    content = {
        "deviceId": connected.device_id,
        "account": {
            "organization": connected.organization,
            "accentColor": connected.accent_color,
            "user": connected.user_principal_name,
        },
        "requestsUrl": f"{deps.public_origin}/device/v1/requests",
    }
    return JSONResponse(content, 201, headers=NO_STORE)


@router.get("/requests", responses=answer(200, examples.REQUESTS) | REFUSED)
async def get_requests(device: CallingDevice, deps: DependenciesDep) -> Response:
    """What waits for the device's answer."""
    return JSONResponse(await devices.waiting_requests(device, deps), headers=NO_STORE)


@router.get(
    "/requests/stream",
    response_class=StreamingResponse,
    responses=answer(200, examples.REQUEST_STREAM, "The list whenever it changes.", media="text/event-stream")
    | REFUSED
    | problems("rateLimited", always=()),
)
async def get_request_stream(request: Request, device: CallingDevice, deps: DependenciesDep) -> Response:
    """What waits for the device's answer, live (server-sent events). Of more than four streams of one device the
    oldest ends."""
    await deps.limiter.admit("session", device.id)
    followed = devices.requests_of(device, deps)
    return open_stream(followed, Holder(FOLLOWING, device.id), address_of(request), deps)


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
async def post_answer(challenge_id: str, token: SignedToken, deps: DependenciesDep) -> Response:
    """A signed answer. 204: it counts; 202: it is still being judged."""
    verdict = await devices.answer_request(challenge_id[:64], token, deps)
    match verdict:
        case Right() | Wrong("pushDenied"):
            return Response(status_code=204)
        case Wrong():
            raise verdict.problem
        case NotYet():
            return Response(status_code=202)


@router.get("/notices", responses=answer(200, examples.NOTICES) | REFUSED)
async def get_notices(request: Request, device: CallingDevice, deps: DependenciesDep) -> Response:
    """What changed in the person's security info and is told by this app, within 7 days, in the language that the app
    accepts (`Accept-Language`)."""
    read_in(preferred(request.headers.get("accept-language", "")))
    now = deps.clock.now()
    found = await notices_of_device(device, deps)
    return JSONResponse([shown_to_app(notice, now) for notice in found], headers=NO_STORE)


@router.post(
    "/notices/{notice_id}/not-me",
    status_code=204,
    dependencies=[ADMITTED],
    responses=problems("deviceSignatureInvalid", "clockSkew", "noticeExpired", "rateLimited", "unavailable", always=()),
)
async def post_report(notice_id: NoticeId, device: CallingDevice, deps: DependenciesDep) -> Response:
    """ "This wasn't me": what came or changed is suspended, open sessions end, the platform is told."""
    await repudiate_by_device(notice_id[:64], device, deps)
    return Response(status_code=204)
