"""A push service of our own, since a real one would hold what we ask for: it counts what comes to each device, and
behaves as a fault wants."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from services.kit.crypto.device import PushSubscription
from tests.support.servers.push_service import Browser

Mode = Literal["ok", "error", "hang", "slow", "throttle"]
HUNG, LATE = 30.0, 15.0
"""Seconds; the notifier waits for an answer for 5."""
STATUS: dict[Mode, int] = {"error": 500, "throttle": 429}


class PushService:
    """One that takes messages, until the end of the run."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.mode: Mode = "ok"
        self._browser = Browser()
        self._lock = threading.Lock()
        self._arrived: list[tuple[str, datetime]] = []

    def subscription(self, device: str) -> PushSubscription:
        return self._browser.subscription(f"http://{self.host}/send/{device}")

    def take(self, device: str) -> int:
        """The status of the answer; one that hangs did nothing."""
        mode = self.mode
        if mode == "hang":
            time.sleep(HUNG)
        if mode in STATUS or mode == "hang":
            return STATUS.get(mode, 500)
        with self._lock:
            self._arrived.append((device, datetime.now(UTC)))
        if mode == "slow":
            time.sleep(LATE)
        return 201

    def arrived(self) -> list[tuple[str, datetime]]:
        """To which devices messages came, and when."""
        with self._lock:
            return list(self._arrived)

    def forget(self) -> None:
        with self._lock:
            self._arrived.clear()


@contextmanager
def push_service() -> Iterator[PushService]:
    """A running one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # its name
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = service.take(self.path.rpartition("/")[2])
            try:
                self.send_response(status)
                self.end_headers()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = PushService(server.server_address[1])
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


def configured(config: Path, place: Path, service: PushService) -> Path:
    """That configuration, at another place, with this push service among those that may be used, and with as many
    messages to a number as people need who sign in again and again."""
    branding = f"brandingDirectory: {config.parent / 'branding'}"
    text = config.read_text("utf-8").replace("brandingDirectory: branding", branding)
    text = text.replace("      network: *many\n", "      number: *many\n      network: *many\n", 1)
    place.write_text(f'{text}\npushServices: {{ unsafe: ["{service.host}"] }}\n', "utf-8")
    return place
