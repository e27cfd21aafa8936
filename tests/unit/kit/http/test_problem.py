"""What an error of the database is to a caller: something that passes, or a fault of ours."""

import httpx
import pytest
from fastapi import FastAPI
from pymongo.errors import AutoReconnect, OperationFailure, WriteError

from services.kit.http.problem import install_problem_handlers
from services.kit.mongo.document import StaleDocumentError
from services.kit.mongo.reading import UnreadableDocumentError


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (AutoReconnect("it is away"), 503, "2"),
        (StaleDocumentError("northbridge/sam"), 503, "1"),
        (UnreadableDocumentError("northbridge/sam"), 503, "30"),
        (OperationFailure("its user lost the role", 13), 503, "30"),
        (WriteError("its disk is full", 14031), 503, "30"),
        (OperationFailure("a question that it does not understand", 2), 500, None),
    ],
    ids=["away", "stale", "unreadable", "no rights", "no room", "ours"],
)
async def test_who_may_come_again_is_told_when(error: Exception, status: int, retry_after: str | None) -> None:
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/")
    async def fails() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry_after)
    assert str(error) not in answer.text
