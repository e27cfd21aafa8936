"""Whether an address means TLS, as the driver reads it."""

import pytest
from pymongo import MongoClient

from services.kit.mongo.address import is_encrypted


@pytest.mark.parametrize(
    ("url", "encrypted"),
    [
        ("mongodb://h", False),
        ("mongodb://h/?w=majority", False),
        ("mongodb://h/?tls=true", True),
        ("mongodb://u:p@h,i:27018/enrollment?w=majority&TLS=true&tlsCAFile=%2Fca.pem", True),
        ("mongodb://h/?ssl=true", True),
        ("mongodb://h/?w=majority;tls=true", True),
        ("mongodb://h/?tls=false", False),
        ("mongodb://h/?tls=True", False),
        ("mongodb://h/?tls=1", False),
        ("mongodb://h/?tls=true&tls=false", False),
        ("mongodb://tls=true@h", False),
        ("mongodb://h/?tls=true&tlsInsecure=true", False),
        ("mongodb://h/?tls=true&tlsAllowInvalidCertificates=true", False),
        ("mongodb://h/?tls=true&tlsallowinvalidhostnames=true", False),
        ("mongodb://h/?tls=true&tlsInsecure=false", True),
        ("mongodb+srv://h.example.org", True),
        ("mongodb+srv://h.example.org/?tls=false", False),
        ("mongodb+srv://h.example.org/?tlsInsecure=true", False),
    ],
)
def test_an_address_says_whether_it_is_encrypted(url: str, *, encrypted: bool) -> None:
    assert is_encrypted(url) is encrypted


@pytest.mark.parametrize(
    "option", ["tls=true", "TLS=true", "ssl=true", "tls=false", "tls=True", "tls=true&tls=false", ""]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_driver_reads_it_the_same(option: str) -> None:
    url = f"mongodb://h/?{option}"
    with MongoClient[dict[str, object]](url, connect=False) as client:
        assert (client.options.pool_options._ssl_context is not None) is is_encrypted(url)
