"""Answers that nobody on the way may keep."""

from fastapi import Depends, Response

NO_STORE = {"Cache-Control": "no-store"}


async def _forbid(response: Response) -> None:
    response.headers.update(NO_STORE)


UNCACHED = Depends(_forbid)
"""For a route, or for all of a router."""


def uncached(status: int, body: str) -> Response:
    return Response(body, status, headers=NO_STORE, media_type="application/json" if body else None)
