"""Connections have an end: a client that sends its request drop by drop, or headers without end, is not waited for.

uvicorn alone waits for ever for the rest of a request, keeps every header that it gets (slowloris, slow POST), reads on
what was answered already, waits for ever until its answers are read (slow read), and takes connections until it has no
file left for one.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.kit.http.room import Room

HEAD_WITHIN: Final = 10.0
BODY_WITHIN: Final = 20.0
"""Seconds from the connection, or from the first byte of a further request, to the end of its headers; and from there
to the end of its body."""
READ_WITHIN: Final = 60.0
"""Seconds in which a client reads what the operating system did not take any more of its answers."""
MAX_HEAD: Final = 64 * 1024
"""Bytes of a request's first line and headers, to the nearest read."""

MAX_UNREAD: Final = 256 * 1024
"""Bytes of a body that still come after its answer. They are read, since closing at once could take the answer from
whoever has not read it yet."""

TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
NO_ROOM: Final = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 of uvicorn, with deadlines for what the client sends, and places for as many connections as there is
    `room` for. A port of `always` has a place for everybody: only the operator's own probes come there."""

    head_within = HEAD_WITHIN
    body_within = BODY_WITHIN
    read_within = READ_WITHIN
    max_head = MAX_HEAD

    def __init__(
        self, *args: Any, room: Room | None = None, always: frozenset[int] = frozenset(), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._room, self._always = room, always
        self._deadline: asyncio.TimerHandle | None = None
        self._read_deadline: asyncio.TimerHandle | None = None
        self._is_in_head = self._is_in_body = False
        self._head_bytes = self._unread_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)
        if self.server and self.server[1] in self._always:
            self._room = None
        if self._room and not self._room.enter(self):
            transport.write(NO_ROOM)
            transport.close()
            return
        self._expect_within(self.head_within)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._expect_no_reading()
        if self._room:
            self._room.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_bytes += len(data)
        elif self._is_answered_early():
            self._unread_bytes += len(data)
            if self._unread_bytes > MAX_UNREAD:
                self.transport.close()
                return
        super().data_received(data)
        if self._is_in_head and self._head_bytes > self.max_head and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head, self._is_in_body, self._head_bytes, self._unread_bytes = True, False, 0, 0
        if self._deadline is None:
            self._expect_within(self.head_within)

    def on_headers_complete(self) -> None:
        self._is_in_head, self._is_in_body = False, True
        self._expect_within(self.body_within)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_body = False
        self._expect_nothing()
        if self._room and not self.cycle.response_complete:
            self._room.serve(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._room and self.cycle.response_complete:  # else a pipelined request has just begun
            self._room.wait_for(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_no_reading()
        self._read_deadline = self.loop.call_later(self.read_within, self.transport.abort)
        if self._room:
            self._room.wait_for(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._expect_no_reading()
        if self._room and self.cycle and not self.cycle.response_complete and not self._is_in_body:
            self._room.serve(self)

    def leave(self) -> None:
        """Make room for another client; nothing of this one's is under way. What it does not read is not waited for."""
        if self._read_deadline:
            self.transport.abort()
        else:
            self.transport.close()

    def _is_answered_early(self) -> bool:
        return self._is_in_body and self.cycle.response_complete

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expect_no_reading(self) -> None:
        if self._read_deadline is not None:
            self._read_deadline.cancel()
            self._read_deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.close()
