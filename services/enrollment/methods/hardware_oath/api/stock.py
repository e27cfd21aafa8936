"""The stock of hardware tokens, in the shape of Microsoft Graph."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi import Body as JsonBody

from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import MethodsWriter
from services.enrollment.api.idempotency import idempotent
from services.enrollment.api.paging import PageDep
from services.enrollment.api.responses import answer, problems
from services.enrollment.components import DependenciesDep
from services.enrollment.methods.hardware_oath.api import examples
from services.enrollment.methods.hardware_oath.api.models import DeviceBody, DeviceList, DeviceRequest, DevicesRequest
from services.enrollment.methods.hardware_oath.domain.imported import ImportedToken, TokenFileError, taken
from services.enrollment.methods.hardware_oath.handlers import stock

router = APIRouter(tags=["hardware tokens"], dependencies=[UNCACHED])

DEVICES = "/v1.0/directory/authenticationMethodDevices/hardwareOathDevices"
DEVICE = DEVICES + "/{device_id}"
DevicePath = Annotated[str, Path(max_length=64, examples=[examples.DEVICE_ID])]


@router.post(
    DEVICES,
    status_code=201,
    responses=answer(201, examples.DEVICE, "It is in the stock; of several, `value` lists them all.")
    | problems("hardwareTokensInvalid", "hardwareTokenInUse", "idempotencyConflict"),
)
@idempotent
async def post_devices(
    body: Annotated[DeviceRequest | DevicesRequest, JsonBody(openapi_examples=examples.NEW_DEVICES)],
    caller: MethodsWriter,
    deps: DependenciesDep,
) -> DeviceBody | DeviceList:
    """Import one hardware token, or several at once: all of them, or none. Scope `methods.write`.

    What is in the stock already, with the same secret and not yet in use, stays as it is, so that an import that broke
    off can be repeated. `assignTo` keeps a token for a person, who still has to prove it.
    """
    tokens = await stock.import_tokens(_described(body), caller.tenant, deps)
    shown = tuple(DeviceBody.of(token) for token in tokens)
    return DeviceList(value=shown) if isinstance(body, DevicesRequest) else shown[0]


@router.get(DEVICES, responses=answer(200, examples.DEVICES) | problems())
async def get_devices(caller: MethodsWriter, page: PageDep, deps: DependenciesDep) -> DeviceList:
    """The stock of hardware tokens, in the order of import, without their secrets. Scope `methods.write`."""
    found = await deps.hardware_tokens.in_stock(caller.tenant, page.after, page.top + 1)
    part, following = page.of([stored.state for stored in found], lambda token: token.id)
    return DeviceList(value=tuple(DeviceBody.of(token) for token in part), next_link=following)


@router.get(DEVICE, responses=answer(200, examples.DEVICE) | problems("unknownHardwareToken"))
async def get_device(device_id: DevicePath, caller: MethodsWriter, deps: DependenciesDep) -> DeviceBody:
    """One hardware token, without its secret. Scope `methods.write`."""
    return DeviceBody.of((await stock.token_known_as(caller.tenant, device_id, deps)).state)


@router.delete(
    DEVICE,
    status_code=204,
    response_class=Response,
    responses=problems("unknownHardwareToken", "hardwareTokenInUse"),
)
async def delete_device(device_id: DevicePath, caller: MethodsWriter, deps: DependenciesDep) -> None:
    """Take a hardware token out of the stock; the method of its person must be deleted first. Scope `methods.write`."""
    await stock.delete_token(caller.tenant, device_id, deps)


def _described(body: DeviceRequest | DevicesRequest) -> list[tuple[ImportedToken, str | None]]:
    """The tokens, and whose each is to be; `hardwareTokensInvalid` where one of them is described wrongly."""
    requests = body.value if isinstance(body, DevicesRequest) else (body,)
    try:
        tokens = taken(request.placed(f"token {place}") for place, request in enumerate(requests, start=1))
    except TokenFileError as wrong:
        raise stock.refusal(wrong.findings) from None
    users = [request.assign_to.id if request.assign_to else None for request in requests]
    return list(zip(tokens, users, strict=True))
