"""What all calls of the API share: who calls, how bodies are read, how a POST is made safe to repeat."""

from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from services.enrollment.parts import Parts
from services.enrollment.tokens import Caller
from services.kit.errors import ProblemError

UserId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=254)]


class Body(BaseModel):
    """A closed, immutable value; JSON names are camelCase."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


async def caller(request: Request, authorization: Annotated[str | None, Header()] = None) -> Caller:
    """The client that calls, by its bearer token (RFC 6750)."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ProblemError("tokenInvalid", headers={"WWW-Authenticate": "Bearer"})
    parts: Parts = request.app.state.parts
    known = await parts.tokens.check(token.strip())
    await parts.desk.edge.admit("client", known.client_id)
    return known


CallerNow = Annotated[Caller, Depends(caller)]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
"""Makes a POST safe to repeat for 24 h."""


async def identity_of(request: Request) -> str:
    """What makes a request the same: method, path and body."""
    return f"{request.method} {request.url.path}\n{(await request.body()).decode(errors='replace')}"
