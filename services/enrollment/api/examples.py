"""What the examples of the OpenAPI document share.

They lie beside the calls that they show. A test sends the requests to a running stack, another checks the answers
against the schemas.
"""

from typing import Any

NOON = "2026-11-24T12:00:00Z"
LATER = "2026-11-24T12:05:00Z"


def identifier(last: str) -> str:
    return f"0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f{last}"


def named(**bodies: object) -> dict[str, Any]:
    return {name: {"summary": name.replace("_", " "), "value": body} for name, body in bodies.items()}
