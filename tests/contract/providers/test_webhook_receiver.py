"""The example of a receiver takes what we send."""

import asyncio
import base64
import os
import re
import sys
from dataclasses import replace

import httpx
import pytest
from pydantic import AnyHttpUrl

from services.notifier.providers.base import (
    Acceptance,
    PermanentError,
    TransientError,
)
from services.notifier.providers.network import Caller
from services.notifier.providers.webhook import Webhook
from tests.contract.providers.test_gateways import CLOCK, REPORTS, ROOT
from tests.support.servers.process import free_port
from tests.support.services.gateways import WebhookGateway
from tests.support.services.providers import NUMBER, message
from tests.support.waiting import until


async def test_the_example_takes_what_we_send_once_and_nothing_else() -> None:
    port, secret = free_port(), f"whsec_{base64.b64encode(WebhookGateway.key).decode()}"
    example = ROOT / "docs" / "examples" / "webhook_receiver.py"
    assert len([line for line in example.read_text("utf-8").splitlines() if line]) <= 45
    variables = {"WEBHOOK_SECRET": secret, "WEBHOOK_PORT": str(port), "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(example),
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    account = WebhookGateway(port=port).account().model_copy(update={"url": AnyHttpUrl(f"http://127.0.0.1:{port}/")})
    try:
        async with httpx.AsyncClient() as opened:
            sender = Webhook(account, "sms", Caller(opened), CLOCK, keys=[WebhookGateway.key], reports=REPORTS)
            stranger = Webhook(account, "sms", Caller(opened), CLOCK, keys=[b"1" * 32], reports=REPORTS)
            await until(lambda: listens(port))
            assert await sender.send(message("d-1")) == await sender.send(message("d-1")) == Acceptance("d-1")
            with pytest.raises(PermanentError):
                await sender.send(replace(message("d-2"), to="nobody"))
            with pytest.raises(TransientError):
                await stranger.send(message("d-3"))
    finally:
        process.kill()
        said, _ = await process.communicate()
    assert re.findall(rb"^sms \+\d+", said, re.MULTILINE) == [f"sms {NUMBER}".encode()]


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
