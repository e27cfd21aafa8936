"""Somebody who handed in a right code while Kafka was away, and looks at the page: from its return on, how long until
the page says what is true."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from deploy.local import health
from deploy.local.errors import StackError
from deploy.local.servers.connection import kafka_options
from deploy.local.stack import LocalStack
from services.kit.crypto.codes import totp_code
from tests.support.people.api import Platform, Somebody, done

LOOK_EVERY = 0.02
AT_MOST = 120.0


class Witness:
    """With an app's code, since that needs no message. Known before anything breaks."""

    def __init__(self, stack: LocalStack, name: str) -> None:
        self._stack = stack
        self._somebody = Somebody(Platform(stack), name)
        self._secret = b""
        self._challenge: dict[str, Any] = {}

    def ask(self) -> None:
        """A method, and a challenge on it."""
        self._somebody.sign_in("everyone")
        begun, self._secret = self._somebody.with_software()
        self._challenge = self._somebody.asked("stepUp", methodId=begun["methodId"])

    def hand_in(self) -> None:
        self._somebody.answer(self._challenge, {"code": totp_code(self._secret, datetime.now(UTC))}, Prefer="wait=0")

    def seconds_after(self, come_back: Callable[[], None]) -> float:
        """From the moment at which Kafka answers again to the one at which the challenge has its end."""
        moments: dict[str, float] = {}

        def watch(what: str, happened: Callable[[], bool]) -> None:
            if health.wait_until(happened, seconds=AT_MOST):
                moments[what] = time.monotonic()

        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it would tell of each look
        options = kafka_options(self._stack.settings())
        watching = [
            Thread(target=watch, args=("returned", lambda: health.kafka_answers(options))),
            Thread(target=watch, args=("told", lambda: self._status() != "pending")),
        ]
        for one in watching:
            one.start()
        come_back()
        for one in watching:
            one.join()
        if "returned" not in moments:
            raise StackError(f"Kafka did not answer within {AT_MOST:.0f} s of its start")
        return max(0.0, moments.get("told", float("inf")) - moments["returned"])

    def _status(self) -> str:
        return str(
            done(self._somebody.platform.call("GET", f"/v1.0/challenges/{self._challenge['id']}"), 200)["status"]
        )
