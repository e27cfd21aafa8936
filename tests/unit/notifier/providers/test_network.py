"""Which addresses are those of a host on the Internet, and what an answer other than success means."""

import httpx
import pytest

from services.notifier.providers.base import TransientError
from services.notifier.providers.network import is_public, refused


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::5db8:d70e", "2002:5db8:d70e::1"])
def test_hosts_of_the_internet_are_public_also_through_a_translator(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "::1",
        "::127.0.0.1",
        "fec0::1",
        "ff0e::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "fe80::1%lo",
        "localhost",
    ],
)
def test_nothing_else_is_however_it_is_spelled(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("status", "of_message"),
    [(400, True), (409, True), (422, True), (401, False), (403, False), (404, False), (500, False)],
)
def test_a_refusal_is_of_the_message_unless_the_next_one_would_meet_it_too(status: int, *, of_message: bool) -> None:
    error = refused(httpx.Response(status), "a cause")
    assert isinstance(error, TransientError)
    assert error.of_message is of_message
