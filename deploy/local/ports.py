"""The ports of the local stack."""

import random
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self

from deploy.local.errors import PortTakenError, StackError

PREFIX = "SECURITY_INFO_"
FREE_RANGE = range(20_000, 32_000)
"""Below the ports that Linux gives to outgoing connections: a client that calls a stopped server again and again could
otherwise be given the server's own port as its source, and keep it."""


@dataclass(frozen=True)
class Ports:
    """One port for each listening part; the defaults are those of `make demo`.

    `example` is where the integration guide's platform listens when somebody tries it beside the stack, which does not
    start it.
    """

    enrollment: int = 8000
    notifier: int = 8030
    verifier: int = 8040
    northbridge: int = 8010
    handset: int = 8020
    example: int = 8050
    smtp: int = 2525
    kafka: int = 9092
    mongodb: int = 27017

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The defaults, each overridden by `SECURITY_INFO_…_PORT`.

        Raises:
            StackError: a value is no port, or two parts have the same one.
        """
        ports = cls(
            **{
                field.name: _port(variable(field.name), environment[variable(field.name)])
                for field in fields(cls)
                if variable(field.name) in environment
            }
        )
        _refuse_doubles(asdict(ports))
        return ports

    @classmethod
    def free(cls) -> Self:
        """Ports that nothing listens on now."""
        names = [field.name for field in fields(cls)]
        return cls(**dict(zip(names, free_ports(len(names)), strict=True)))

    def variables(self) -> dict[str, str]:
        """The ports as settings of the services."""
        return {variable(name): str(port) for name, port in asdict(self).items()}

    def of(self, part: str) -> dict[str, int]:
        """The ports that `part` listens on, by name."""
        names = ("handset", "smtp") if part == "handset" else (part,)
        return {name: getattr(self, name) for name in names}


def variable(name: str) -> str:
    """The setting that moves the port `name`."""
    return f"{PREFIX}{name.upper()}_PORT"


def free_ports(count: int) -> list[int]:
    """Different ports that can be listened on now; another process may still take one before you do."""
    draw, found = random.SystemRandom(), set[int]()
    for _ in FREE_RANGE:
        if len(found) == count:
            return [*found]
        if is_free(port := draw.choice(FREE_RANGE)):
            found.add(port)
    raise StackError(f"no {count} free ports between {FREE_RANGE.start} and {FREE_RANGE.stop}")


def is_free(port: int) -> bool:
    """Whether `port` can be listened on at 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # A server that has just stopped leaves connections behind that hinder nobody.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(1)
        except OSError:
            return False
        return True


def refuse_taken(ports: Mapping[str, int]) -> None:
    """Check that every port can be listened on.

    Raises:
        PortTakenError: names the first that cannot, and its setting.
    """
    for name, port in ports.items():
        if not is_free(port):
            raise PortTakenError(
                f"port {port} ({name}) is taken: stop what listens there, or set {variable(name)} to another port"
            )


def _port(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise StackError(f"{name}: {value!r} is not a port; give a number from 1 to 65535")
    return int(value)


def _refuse_doubles(ports: Mapping[str, int]) -> None:
    owners: dict[int, str] = {}
    for name, port in ports.items():
        if other := owners.get(port):
            raise StackError(f"{variable(name)}: port {port} is already that of {other}; give each part its own")
        owners[port] = name
