"""Server-sent events as an answer (HTML Living Standard, section 9.2)."""

from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.responses import StreamingResponse

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nothing on the way keeps it, or holds it back."""


def streamed(events: AsyncIterator[str]) -> Response:
    """The events as they come."""
    return StreamingResponse(events, headers=HEADERS, media_type="text/event-stream")
