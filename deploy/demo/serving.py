"""Runs one part of the demo world with uvicorn: prefixed log lines, and a taken port as one clear line."""

import logging
import socket
import sys

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS = 3


class PortTakenError(Exception):
    """Another process listens on the port; the message names the port and its setting."""


def configure_logging(name: str) -> None:
    """Send all log lines of the process to stdout, each beginning with the name of the part."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter(f"{name} %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "mail.log", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def listen(port: int, variable: str) -> socket.socket:
    """Open a listening socket on loopback.

    Raises:
        PortTakenError: the port cannot be had.
    """
    # With the protocol named, asyncio sets TCP_NODELAY: else each small answer on a kept connection waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise PortTakenError(f"port {port} is taken: stop what uses it, or set {variable}") from None
    return listener


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve until the process is asked to stop; open requests get a few seconds."""
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS)
    uvicorn.Server(config).run(sockets=[listener])
