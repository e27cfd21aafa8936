"""What a call may be answered with, for the OpenAPI document."""

from collections import defaultdict
from typing import Any

from services.kit.errors import CATALOGUE
from services.kit.http.problem import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]
"""What FastAPI takes as `responses`."""

ALWAYS = ("requestMalformed", "tokenInvalid", "scopeMissing", "rateLimited", "unavailable")
"""Every call of a platform may be refused with these."""

MEMBERS: dict[str, dict[str, object]] = {
    "codeIncorrect": {"attemptsLeft": 4},
    "credentialInvalid": {"attemptsLeft": 4},
    "codeUsed": {"attemptsLeft": 4},
    "attemptsExhausted": {"attemptsLeft": 0},
    "answerTooShort": {"position": 0},
    "answerTooLong": {"position": 0},
    "answersNotDistinct": {"position": 1},
    "questionUnknown": {"position": 0},
    "resendTooSoon": {"retryAfter": 30},
    "sendLimitReached": {"retryAfter": 1200},
    "methodCoolingDown": {"retryAfter": 60},
    "hardwareTokensInvalid": {
        "findings": [
            {
                "place": "token 2",
                "serialNumber": "1002",
                "problem": "the secret cannot be read",
                "remedy": "give it in base32 or in hexadecimal digits",
            }
        ]
    },
    "policyVersionMismatch": {"policyVersion": "4"},
    "policyUnsatisfiable": {
        "findings": [
            {
                "code": "numberUnreachable",
                "severity": "error",
                "group": "everyone",
                "text": "2 types are asked for and only 1 can be set up. Allow more, or ask for fewer.",
            }
        ]
    },
}
"""What a problem tells beside its code."""


PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": (
        "Why a call was refused (RFC 9457). `code` is stable; docs/errors.md explains each. Some codes tell more "
        "beside it, such as `attemptsLeft`. `traceId` finds the log lines of the request."
    ),
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(CATALOGUE)},
        "traceId": {"type": "string"},
    },
}


def problems(*codes: str, always: tuple[str, ...] = ALWAYS) -> Responses:
    """The refusals of a call by status, each code with an example."""
    by_status: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for code in (*always, *codes):
        by_status[CATALOGUE[code].status][code] = {"summary": CATALOGUE[code].title, "value": _example(code)}
    return {status: _response(examples) for status, examples in sorted(by_status.items())}


def answer(
    status: int, example: object, description: str = "Done.", *, media: str = "application/json", **more: object
) -> Responses:
    """A successful answer with an example; `more` is what FastAPI should know beside it."""
    shape = {} if media == "application/json" else {"schema": {"type": "string"}}
    return {status: {"description": description, "content": {media: {"example": example, **shape}}, **more}}


def empty(status: int, description: str) -> Responses:
    return {status: {"description": description}}


def _response(examples: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": ", ".join(f"`{code}`" for code in examples),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }


def _example(code: str) -> dict[str, object]:
    return {
        "type": f"https://security-info.example/errors#{code}",
        "title": CATALOGUE[code].title,
        "status": CATALOGUE[code].status,
        "code": code,
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        **MEMBERS.get(code, {}),
    }
