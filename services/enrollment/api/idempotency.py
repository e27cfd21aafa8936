"""Calls that are safe to repeat, by their `Idempotency-Key`."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Annotated, ParamSpec

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from services.enrollment.api.caching import uncached
from services.enrollment.api.callers import AnyCaller
from services.enrollment.components import ComponentsDep
from services.enrollment.idempotency.handlers import FirstResponse, Idempotency
from services.enrollment.tokens import Caller

P = ParamSpec("P")

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes the call safe to repeat for 24 hours: the same key and body get the first answer again.",
    ),
]


@dataclass(frozen=True)
class _Repeatable:
    """A call with what tells it from others. `response` is where its endpoint may name a status of its own, instead of
    the usual one."""

    key: str | None
    caller: Caller
    request: str
    response: Response
    usual_status: int
    idempotency: Idempotency

    async def answer(self, endpoint: Callable[[], Awaitable[BaseModel | None]]) -> Response:
        """The endpoint's answer, or the one that the key got before."""

        async def respond() -> FirstResponse:
            body = await endpoint()
            status = self.response.status_code or self.usual_status
            return FirstResponse(status, body.model_dump_json(by_alias=True) if body else "")

        first = await self.idempotency.once(self.key, self.caller, self.request, respond)
        return uncached(first.status, first.body)


async def _repeatable(
    request: Request,
    response: Response,
    caller: AnyCaller,
    components: ComponentsDep,
    idempotency_key: IdempotencyKey = None,
) -> _Repeatable:
    """The same is a request with the same method, path and body."""
    text = f"{request.method} {request.url.path}\n{(await request.body()).decode(errors='replace')}"
    usual_status = request.scope["route"].status_code or 200
    return _Repeatable(idempotency_key, caller, text, response, usual_status, components.idempotency)


def idempotent(endpoint: Callable[P, Awaitable[BaseModel | None]]) -> Callable[..., Awaitable[Response]]:
    """Give a call that is repeated with its key the first answer, and do nothing again.

    The endpoint returns its body; to FastAPI, which reads signatures, it takes the key as one more header.
    """

    @wraps(endpoint)
    async def once(repeatable: _Repeatable, *args: P.args, **kwargs: P.kwargs) -> Response:
        return await repeatable.answer(partial(endpoint, *args, **kwargs))

    signature = inspect.signature(endpoint)
    annotation = Annotated[_Repeatable, Depends(_repeatable)]
    added = inspect.Parameter("repeatable", inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
    vars(once)["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), added])
    return once
