"""A mail that can't be sent is logged, without the address, and changes nothing."""

import logging
from pathlib import Path

import pytest

from deploy.demo.northbridge.mail import MailServer
from deploy.demo.people import Person
from tests.support.people.northbridge import NOW

SAM = Person("sam.1", "sam+1@northbridge.example", "Sam", ("frontline",))


async def test_a_mail_that_fails_is_logged_and_nothing_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = MailServer("127.0.0.1", 1, tmp_path / "absent.pem", "http://127.0.0.1:8010/reset-password")
    with caplog.at_level(logging.WARNING):
        await server.tell(SAM, NOW)
    assert caplog.messages == ["sam.1 could not be told of the changed password: FileNotFoundError"]
