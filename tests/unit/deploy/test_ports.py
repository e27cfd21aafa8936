"""Where the parts listen."""

import socket
from dataclasses import asdict

import pytest

from deploy.local.errors import PortTakenError, StackError
from deploy.local.ports import FREE_RANGE, Ports, free_ports, is_free, refuse_taken


def test_the_defaults_are_those_of_the_demo() -> None:
    assert asdict(Ports.from_environment({})) == {
        "enrollment": 8000,
        "notifier": 8030,
        "verifier": 8040,
        "northbridge": 8010,
        "handset": 8020,
        "example": 8050,
        "smtp": 2525,
        "kafka": 9092,
        "mongodb": 27017,
    }


def test_each_port_can_be_moved() -> None:
    wanted = {f"SECURITY_INFO_{name.upper()}_PORT": str(21000 + n) for n, name in enumerate(asdict(Ports()))}

    assert Ports.from_environment(wanted).variables() == wanted


@pytest.mark.parametrize("value", ["", "0", "65536", "80a", "-1", "8000.0", "²"])
def test_what_is_no_port_is_refused_by_name(value: str) -> None:
    with pytest.raises(StackError, match="SECURITY_INFO_KAFKA_PORT"):
        Ports.from_environment({"SECURITY_INFO_KAFKA_PORT": value})


def test_two_parts_cannot_share_a_port() -> None:
    with pytest.raises(StackError, match="port 8000 is already that of enrollment"):
        Ports.from_environment({"SECURITY_INFO_VERIFIER_PORT": "8000"})


def test_free_ports_differ_and_lie_below_those_of_outgoing_connections() -> None:
    found = free_ports(20)

    assert len(set(found)) == 20
    assert all(port in FREE_RANGE for port in found)


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        assert not is_free(port)
        with pytest.raises(PortTakenError, match=rf"port {port} \(kafka\) is taken.*SECURITY_INFO_KAFKA_PORT"):
            refuse_taken({"kafka": port})


def test_the_handset_also_has_the_port_of_mail() -> None:
    assert Ports().of("handset") == {"handset": 8020, "smtp": 2525}
    assert Ports().of("kafka") == {"kafka": 9092}
