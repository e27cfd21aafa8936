"""The local stack: its parts as processes that can be started, stopped, killed and restarted one by one."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Self

from aiokafka.errors import KafkaError

from deploy.local import health
from deploy.local.errors import AlreadyUpError, StackError
from deploy.local.parts import CHANNELS, PARTS, SERVERS, SERVICES, WORLD, command_of, make_keys
from deploy.local.places import ROOT
from deploy.local.ports import Ports, refuse_taken
from deploy.local.process import ManagedProcess, Sink, end_orphan
from deploy.local.servers.connection import kafka_options
from deploy.local.servers.topics import DEFAULT_PREFIX
from services.kit.kafka.topics import PartitionsDifferError, ensure_topics

__all__ = ["CHANNELS", "PARTS", "SERVERS", "SERVICES", "WORLD", "LocalStack", "Ports"]

COPIES = 1
"""Of each topic that the launcher creates; the local broker is alone."""

READY_SECONDS = 60.0
GRACE_SECONDS = 4.0
"""How long a part may take to stop before it is killed. Two rounds of it stay below ten seconds."""

LAUNCHER = "stack"
"""The name under which the launcher itself speaks to the sink."""


def _discard(_name: str, _line: str) -> None:
    pass


class LocalStack:
    """All parts under one home directory: keys, data, logs.

    Methods block; from a coroutine call them with `asyncio.to_thread`.

    Args:
        home: where keys, data, logs and process ids are kept; two stacks never share one.
        ports: where the parts listen.
        environment: settings that go to every part, and win over those that the stack makes up. With
            `SECURITY_INFO_KAFKA_URL` or `SECURITY_INFO_MONGODB_URL` in it, that server is used and none is started.
        sink: gets each line of every part, and the launcher's own under the name "stack".
    """

    def __init__(
        self, home: Path, ports: Ports, *, environment: Mapping[str, str] | None = None, sink: Sink = _discard
    ) -> None:
        self.home = home.resolve()
        self.ports = ports
        self._given = dict(environment or {})
        self._sink = sink
        self._processes: dict[str, ManagedProcess] = {}
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.down()

    @property
    def kafka_url(self) -> str:
        """The bootstrap servers, given or our own."""
        return self._given.get("SECURITY_INFO_KAFKA_URL", f"127.0.0.1:{self.ports.kafka}")

    @property
    def mongodb_url(self) -> str:
        """The database, given or our own."""
        return self._given.get("SECURITY_INFO_MONGODB_URL", f"mongodb://127.0.0.1:{self.ports.mongodb}")

    @property
    def topic_prefix(self) -> str:
        """The prefix of all topics."""
        return self._given.get("SECURITY_INFO_TOPIC_PREFIX", DEFAULT_PREFIX)

    @property
    def managed(self) -> tuple[str, ...]:
        """The parts that this stack runs itself: all but the given servers."""
        return tuple(part for part in PARTS if f"SECURITY_INFO_{part.upper()}_URL" not in self._given)

    def url(self, part: str) -> str:
        """Where a browser finds a part: the product as `localhost`, the demo's world as `127.0.0.1`."""
        if part == "enrollment":
            return self._given.get("SECURITY_INFO_PUBLIC_URL", f"http://localhost:{self.ports.enrollment}")
        return f"http://127.0.0.1:{self.ports.of(part)[part]}"

    def settings(self) -> dict[str, str]:
        """The settings that all parts share; also what tools beside the stack need to find it."""
        return {
            "SECURITY_INFO_ENVIRONMENT": "demo",
            "SECURITY_INFO_KAFKA_URL": self.kafka_url,
            "SECURITY_INFO_MONGODB_URL": self.mongodb_url,
            "SECURITY_INFO_TOPIC_PREFIX": self.topic_prefix,
            "SECURITY_INFO_PUBLIC_URL": self.url("enrollment"),
            "SECURITY_INFO_CALLBACK_URL": self.url("notifier"),
            "SECURITY_INFO_CONFIG": str(ROOT / "deploy" / "demo" / "config.yaml"),
            "SECURITY_INFO_DEMO_HOME": str(self.home / "demo"),
            **self._given,
            **self.ports.variables(),
        }

    def environment(self, name: str) -> dict[str, str]:
        """All that the process of the part `name` finds in its environment; a service has a keyring of its own."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("SECURITY_INFO_")}
        keyring = {"SECURITY_INFO_KEYRING": str(self.home / "keys" / f"{name}.json")} if name in SERVICES else {}
        return {**inherited, "PYTHONUNBUFFERED": "1", **self.settings(), **keyring}

    def log(self, name: str) -> Path:
        """The file with everything that the part printed."""
        return self.home / "logs" / f"{name}.log"

    def pid(self, name: str) -> int:
        """The process id of a running part."""
        return self._processes[name].pid

    def exit_code(self, name: str) -> int | None:
        """How a started part ended by itself; None while it runs."""
        return self._processes[name].exit_code

    @property
    def started(self) -> tuple[str, ...]:
        """The parts that were started and not stopped; one of them may have died."""
        return tuple(self._processes)

    def up(self) -> None:
        """Start everything and wait until it is ready.

        Raises:
            StackError: a port is taken, another launcher is at work here, or a part does not become ready.
        """
        self.claim()
        refuse_taken({name: port for part in self.managed for name, port in self.ports.of(part).items()})
        self._launch([part for part in self.managed if part in SERVERS])
        self.make_keys()
        self._launch(WORLD)
        self.await_ready([part for part in self.managed if part in SERVERS])
        self.create_topics()
        self._launch(SERVICES)
        self.await_ready((*WORLD, *SERVICES))

    def down(self) -> None:
        """Stop all parts, those that use the servers first, and let go of the home. Takes below ten seconds."""
        self.stop(*(name for name in self.started if name not in SERVERS))
        self.stop(*self.started)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def start(self, *names: str) -> None:
        """Start parts that are not running and wait until each is ready; a started broker also has its topics.

        Raises:
            StackError: a port is taken, or a part does not become ready.
        """
        self.claim()
        stopped = [name for name in names if name in self.managed and not self._is_running(name)]
        refuse_taken({name: port for part in stopped for name, port in self.ports.of(part).items()})
        if any(name not in SERVERS for name in stopped):
            self.make_keys()
        self._launch(stopped)
        self.await_ready(stopped)
        if "kafka" in names:
            self.create_topics()

    def stop(self, *names: str) -> None:
        """Ask parts to stop, all at once, and wait; what is still there after the grace is killed."""
        processes = [self._processes.pop(name) for name in names if name in self._processes]
        end = time.monotonic() + GRACE_SECONDS
        for process in processes:
            process.terminate()
        for process in processes:
            process.finish(max(0.0, end - time.monotonic()))

    def kill(self, name: str) -> None:
        """`kill -9`, as a machine that loses power would."""
        self._processes.pop(name).kill()

    def restart(self, name: str) -> None:
        """Stop and start one part."""
        self.stop(name)
        self.start(name)

    def relaunch(self, name: str) -> None:
        """Start a part that died, without waiting until it is ready."""
        self._processes[name].kill()
        self._launch([name])

    def claim(self) -> None:
        """Make the home ours, and end what a killed launcher left running in it.

        Raises:
            AlreadyUpError: another launcher is at work here.
        """
        if self._lock is not None:
            return
        self.make_folders()
        lock = (self.home / "stack.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            launcher = lock.read().strip()
            lock.close()
            raise AlreadyUpError(
                f"the stack is up already (process {launcher}, {self.url('northbridge')}): use it, "
                "or stop it with Ctrl-C in its terminal"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        for part in PARTS:
            if pid := end_orphan(self._pid_file(part)):
                self._say(f"ended {part} (process {pid}), left behind by a launcher that was killed")

    def make_folders(self) -> None:
        """Create what every part writes to."""
        for folder in ("logs", "run"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)

    def make_keys(self) -> None:
        """Give the services their keys and the demo's clients theirs, unless they have them.

        Raises:
            StackError: a command that makes them failed.
        """
        make_keys(self.home / "keys", Path(self.settings()["SECURITY_INFO_DEMO_HOME"]) / "clients")

    def create_topics(self) -> None:
        """Create the absent topics.

        Raises:
            StackError: Kafka does not answer, or refuses one.
        """
        options = kafka_options(self.settings())
        if not health.wait_until(lambda: health.kafka_answers(options), seconds=READY_SECONDS):
            raise StackError(f"Kafka at {self.kafka_url} does not answer: start it, or correct SECURITY_INFO_KAFKA_URL")
        try:
            health.outside_loop(ensure_topics(self.kafka_url, self.topic_prefix, COPIES, options=options))
        except (KafkaError, PartitionsDifferError) as error:
            raise StackError(f"Kafka at {self.kafka_url} refuses the topics: {error}") from error

    def await_ready(self, names: Iterable[str], seconds: float = READY_SECONDS) -> None:
        """Wait for parts that were launched.

        Raises:
            StackError: one died, or did not become ready in time; the message has its last line.
        """
        began = time.monotonic()
        for name in names:
            answered = health.wait_until(partial(self._is_settled, name), seconds=seconds)
            if not answered or self._has_ended(name):
                raise StackError(self._why_not_ready(name, seconds))
            self._say(f"{name} is ready after {time.monotonic() - began:.1f} s")

    def is_ready(self, name: str) -> bool:
        """Whether the part answers now."""
        if name == "kafka":
            return health.port_is_open(self.ports.kafka) and health.kafka_answers(kafka_options(self.settings()))
        if name == "mongodb":
            return health.port_is_open(self.ports.mongodb) and health.database_answers(self.mongodb_url)
        port = self.ports.of(name)[name]
        return health.page_answers(f"http://127.0.0.1:{port}{'/readyz' if name in SERVICES else '/'}")

    def _launch(self, names: Iterable[str]) -> None:
        for name in names:
            self._processes[name] = ManagedProcess(
                name,
                command_of(name, self.home, self.ports),
                self.environment(name),
                log=self.log(name),
                pid_file=self._pid_file(name),
                sink=self._sink,
            )

    def _is_running(self, name: str) -> bool:
        return name in self._processes and not self._has_ended(name)

    def _is_settled(self, name: str) -> bool:
        return self._has_ended(name) or self.is_ready(name)

    def _has_ended(self, name: str) -> bool:
        return self._processes[name].exit_code is not None

    def _why_not_ready(self, name: str, seconds: float) -> str:
        code = self._processes[name].exit_code
        what = f"is not ready after {seconds:.0f} s" if code is None else f"ended with code {code} before it was ready"
        return f"{name} {what}: {self._last_line(name)} (all of it: {self.log(name)})"

    def _last_line(self, name: str) -> str:
        with contextlib.suppress(OSError):
            lines = [line for line in self.log(name).read_text("utf-8", "replace").splitlines() if line.strip()]
            return lines[-1] if lines else "it printed nothing"
        return "it printed nothing"

    def _pid_file(self, name: str) -> Path:
        return self.home / "run" / f"{name}.pid"

    def _say(self, text: str) -> None:
        self._sink(LAUNCHER, text)
