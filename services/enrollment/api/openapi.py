"""The OpenAPI document: what FastAPI knows, and what it cannot know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.enrollment.api.links import put_links
from services.enrollment.api.responses import PROBLEM

DESCRIPTION = """
Platforms ask here whether a person must set something up, register and manage methods, and ask for proofs.

Each call carries a bearer token that the platform signs. Errors are problem documents (RFC 9457) with a `code`. POST
calls take an `Idempotency-Key`. Times are RFC 3339. Values that are only ever shown masked are so here, too.
""".strip()

GUESSED = "#/components/schemas/HTTPValidationError"
"""What FastAPI thinks that bodies are refused with; here it is a problem with status 400."""


def describe(app: FastAPI) -> None:
    """Make `/openapi.json` tell what the service does."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="Security Info", version=app.version, description=DESCRIPTION, routes=app.routes, tags=TAGS
    )
    for path in document["paths"].values():
        for operation in path.values():
            _drop_guessed(operation["responses"])
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    put_links(document)
    return document


def _drop_guessed(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {})
    if content.get("application/json", {}).get("schema", {}).get("$ref") != GUESSED:
        return
    del content["application/json"]
    if not content:
        del responses["422"]


TAGS = [
    {"name": "interrupts", "description": "Does this person have to set something up?"},
    {"name": "methods", "description": "What a person has registered."},
    {"name": "registrations", "description": "Setting a method up, for the platform's own pages."},
    {"name": "challenges", "description": "Proofs: of a method on file, or of one that is being registered."},
    {"name": "Graph", "description": "Phones and addresses in the shapes of Microsoft Graph."},
    {"name": "people", "description": "Erasure."},
    {"name": "policies", "description": "What an organisation allows and asks."},
    {"name": "reports", "description": "What an organisation's people have registered."},
    {"name": "devices", "description": "The protocol of authenticator apps: docs/device-protocol.md."},
]
