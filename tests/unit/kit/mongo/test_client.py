"""What stops a start, in one line and without the password."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from services.kit.mongo.client import Database
from services.kit.settings import SettingsError
from tests.support.servers.kafka import settings_for


@pytest.mark.parametrize(
    "url",
    [
        "mongo://u:hidden@h",
        "mongodb://u:hidden/@h",
        "mongodb://u:hidden@h:port",
        "mongodb://u:hidden@h/?tls=true&tlsCAFile=/absent.pem",
        f"mongodb://u:hidden@h/?tls=true&tlsCAFile={Path(__file__)}",
    ],
)
def test_an_address_that_cannot_be_used_is_named_without_what_is_in_it(url: str) -> None:
    settings = settings_for("127.0.0.1:1", "unused").model_copy(update={"mongodb_url": SecretStr(url)})
    with pytest.raises(SettingsError, match="SECURITY_INFO_MONGODB_URL") as caught:
        Database(settings, "enrollment")
    assert "hidden" not in str(caught.value)
