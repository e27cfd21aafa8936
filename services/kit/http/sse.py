"""Server-sent events (HTML, section 9.2)."""

from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.sse import EventSourceResponse
from starlette.types import Receive, Scope, Send

from services.kit.http.places import Place

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nothing on the way keeps it, or holds it back."""


class _Stream(EventSourceResponse):
    """Leaves its place however it ends, also where nothing was ever sent."""

    def __init__(self, events: AsyncIterator[bytes], place: Place) -> None:
        super().__init__(events, headers=HEADERS)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._place.leave()


def streamed(events: AsyncIterator[bytes], place: Place) -> Response:
    """The events as an answer, which has that place until it ends."""
    return _Stream(events, place)
