"""All routes of enrollment, and whom each is for; read from the application, so that a new one is attacked too."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from services.enrollment.api.callers import authenticate
from services.enrollment.devices import api as devices

Kind = Literal["platform", "device", "page", "public"]

PUBLIC: Mapping[str, str] = {
    "/openapi.json": "describes the API; holds nothing of anybody",
    "/healthz": "for whoever restarts the process",
    "/readyz": "for whoever sends it requests",
    "/metrics": "for whoever watches it; no person, number or token is a label",
    "/.well-known/jwks.json": "public keys",
    "/device/v1/configuration": "a public key",
    "/device/v1/a/{handle}/activate": "takes the code of a QR code, and is attacked as such",
    "/security-info/start": "takes a ticket, and is attacked as such",
    "/verify/start": "takes a ticket, and is attacked as such",
    "/security-info/not-me": "takes the token of a notice, and is attacked as such",
    "/help": "help for somebody who cannot sign in",
    "/help/{name}": "help for somebody who cannot sign in",
    "/static/tenant/{tenant}.css": "a stylesheet",
    "/static/branding/{name}": "a logo",
    "/static/{name:path}": "files",
    "/authenticator": "the app, which knows nobody yet",
    "/authenticator/manifest.webmanifest": "the app",
    "/authenticator/sw.js": "the app",
    "/authenticator/static/{version}/{name:path}": "the app",
}
"""Routes that anybody may call, and why."""

TICKETED = ("/security-info/start", "/verify/start", "/security-info/not-me", "/device/v1/a/{handle}/activate")
"""Of those, the ones that take something which only one person has."""


RIGHTS: Mapping[str, str] = {
    "/operations/people": "operations.people",
    "/operations/reports": "admin",
    "/operations/messages": "admin",
}
"""The scope with which a platform must have asked for a session of Operations, by how the page's address begins."""
ANY_RIGHT = ("/operations", "/operations/methods", "/operations/leave")
"""Pages of Operations that show and do nothing of anybody's."""


@dataclass(frozen=True)
class Route:
    """`scopes` are those of which a platform's token needs one; `bodies` the examples that the API describes."""

    method: str
    path: str
    kind: Kind
    scopes: frozenset[str] = frozenset()
    bodies: tuple[Any, ...] = field(default=(), hash=False)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def right(self) -> str | None:
        return next((scope for beginning, scope in RIGHTS.items() if self.path.startswith(beginning)), None)

    def at(self, places: Mapping[str, str]) -> str:
        """Its address, with what stands for each parameter. Raises KeyError: nothing is known for one of them."""
        return self.path.replace(":path}", "}").format_map(places)


def routes_of(app: FastAPI) -> list[Route]:
    """Every route and method of an application."""
    document = app.openapi()["paths"]
    return [
        Route(method, path, _kind(dependant, path), _scopes(dependant), _bodies(document, path, method))
        for context in iter_route_contexts(app.routes)
        for dependant in [getattr(context, "dependant", None)]
        for path in [context.path or ""]
        for method in sorted((context.methods or set()) - {"HEAD"})
    ]


def _kind(dependant: Dependant | None, path: str) -> Kind:
    if path in PUBLIC:
        return "public"
    calls = set(_calls(dependant))
    if authenticate in calls:
        return "platform"
    return "device" if calls & {devices._recognised, devices._token} else "page"


def _scopes(dependant: Dependant | None) -> frozenset[str]:
    """What `with_scope` was told."""
    told = [inspect.getclosurevars(call).nonlocals for call in _calls(dependant) if inspect.isfunction(call)]
    return frozenset(scope for names in told for scope in names.get("scopes", ()))


def _calls(dependant: Dependant | None) -> Iterator[Any]:
    for needed in dependant.dependencies if dependant else ():
        yield needed.call
        yield from _calls(needed)


def _bodies(document: Mapping[str, Any], path: str, method: str) -> tuple[Any, ...]:
    operation = document.get(path, {}).get(method.lower(), {})
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return tuple(example["value"] for example in media.get("examples", {}).values())
