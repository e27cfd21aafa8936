"""Server-sent events (HTML, section 9.2)."""

from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.sse import EventSourceResponse

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nothing on the way keeps it, or holds it back."""


def streamed(events: AsyncIterator[bytes]) -> Response:
    return EventSourceResponse(events, headers=HEADERS)
