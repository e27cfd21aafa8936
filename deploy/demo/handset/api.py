"""The handset's own JSON interface, for tests and scripts."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from deploy.demo.handset.calls import CallOverError, answer, hang_up, press
from deploy.demo.handset.faults import Fault
from deploy.demo.handset.network import World, clear, destination

To = Annotated[str | None, Query(max_length=320)]


class Keys(BaseModel):
    """Keys to press, several at once if wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digits: str = Field(pattern=r"^[0-9*#]{1,32}$")


def build_api(world: World) -> APIRouter:
    """The routes below `/api`; lists are newest first."""
    router = APIRouter(prefix="/api")
    _add_lists(router, world)
    _add_actions(router, world)
    return router


def _add_lists(router: APIRouter, world: World) -> None:
    @router.get("/messages")
    async def messages(to: To = None) -> list[dict[str, Any]]:
        wanted = destination(to)
        found = world.texts.newest_first(lambda text: text.arrived and wanted in (None, text.to))
        return [text.as_json() for text in found]

    @router.get("/calls")
    async def calls(to: To = None) -> list[dict[str, Any]]:
        wanted = destination(to)
        found = world.calls.newest_first(lambda call: call.reached_phone and wanted in (None, call.to))
        return [call.as_json() for call in found]

    @router.get("/mail")
    async def mail(to: To = None) -> list[dict[str, Any]]:
        wanted = (destination(to) or "").lower()
        found = world.mails.newest_first(lambda mail: wanted in ("", mail.to.lower()))
        return [mail.as_json() for mail in found]

    @router.get("/faults")
    async def faults() -> list[dict[str, Any]]:
        return [fault.model_dump(by_alias=True, mode="json") for fault in world.faults.all()]


def _add_actions(router: APIRouter, world: World) -> None:
    @router.delete("/messages", status_code=204)
    async def forget(to: To = None) -> None:
        clear(world, destination(to))

    @router.put("/faults")
    async def put_fault(fault: Fault) -> dict[str, Any]:
        world.faults.put(fault)
        return fault.model_dump(by_alias=True, mode="json")

    @router.post("/calls/{call_id}/press")
    async def press_keys(call_id: str, keys: Keys) -> dict[str, Any]:
        try:
            return press(world, call_id, keys.digits).as_json()
        except CallOverError:
            raise _no_call(world, call_id) from None

    @router.post("/calls/{call_id}/answer")
    async def answer_call(call_id: str) -> dict[str, Any]:
        try:
            return answer(world, call_id).as_json()
        except CallOverError:
            raise _no_call(world, call_id) from None

    @router.post("/calls/{call_id}/hangup", status_code=204)
    async def end_call(call_id: str) -> None:
        hang_up(world, call_id, "completed")


def _no_call(world: World, call_id: str) -> HTTPException:
    if world.calls.get(call_id) is None:
        return HTTPException(404, "There is no such call.")
    return HTTPException(409, "The call is over.")
