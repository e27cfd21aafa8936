"""A refusal, said to a person."""

import pytest
from fastapi import Request

from services.enrollment.web.wizard.problems import problem_page
from services.kit.errors import BodyTooLargeError, ProblemError, RateLimitedError, RequestMalformedError


async def said(problem: ProblemError) -> str:
    request = Request({"type": "http", "method": "POST", "path": "/security-info/setup", "headers": []})
    response = await problem_page(request, problem)
    assert response
    assert response.status_code == problem.status
    return bytes(response.body).decode()


@pytest.mark.parametrize(
    "problem",
    [
        RequestMalformedError(errors=[{"field": "answer.1", "reason": "too_long"}]),
        RequestMalformedError(errors=[{"field": "code", "reason": "string_too_long"}]),
        BodyTooLargeError(),
    ],
    ids=["an answer", "a code", "the whole form"],
)
async def test_who_pasted_too_much_is_told_so(problem: ProblemError) -> None:
    page = await said(problem)
    assert "That is too long" in page
    assert "more characters than fit" in page


async def test_another_mistake_is_no_matter_of_length() -> None:
    page = await said(RequestMalformedError(errors=[{"field": "code", "reason": "missing"}]))
    assert "too long or missing" in page
    assert "That is too long" not in page


@pytest.mark.parametrize(("wait", "text"), [(30, "Wait a moment"), (3541, "again in 60 minutes")])
async def test_who_did_something_too_often_is_told_for_how_long(wait: int, text: str) -> None:
    assert text in await said(RateLimitedError(retryAfter=wait))
