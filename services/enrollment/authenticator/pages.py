"""Serves the authenticator app: one page, its manifest, its service worker and its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.enrollment.authenticator import words
from services.enrollment.authenticator.cors import allow_app
from services.enrollment.i18n import direction, language
from services.enrollment.web.assets import CHECK_EACH_TIME, FOR_EVER, Asset, asset_response, read_asset
from services.enrollment.web.rendering import translate
from services.kit.crypto.sealing import fingerprint
from services.kit.http.headers import FEATURES, security_headers

log = structlog.get_logger(__name__)

HERE: Final = Path(__file__).parent
READER: Final = HERE / "node_modules" / "qr"
READER_FILES: Final = ("decode.js", "index.js")
"""The reader of QR codes for browsers without one (ADR 0011). Installed by name; without it, nothing else changes."""

PATH: Final = "/authenticator"
BY_LANGUAGE: Final = {"Cache-Control": CHECK_EACH_TIME, "Vary": "Accept-Language"}
"""For what reads in the language that the browser prefers."""
ICONS: Final = (("icon-192.png", "192x192"), ("icon-512.png", "512x512"))


@dataclass(frozen=True)
class Shell:
    """All files of the app. `version` names them together, so that no page mixes files of two releases."""

    files: Mapping[str, Asset]
    version: str

    def url(self, name: str) -> str:
        """Where a file is; browsers may keep it for ever. Raises KeyError: there is no such file."""
        if name not in self.files:
            raise KeyError(name)
        return f"{PATH}/static/{self.version}/{name}"

    @property
    def urls(self) -> list[str]:
        return [self.url(name) for name in self.files]

    @property
    def has_reader(self) -> bool:
        return all(f"qr/{name}" in self.files for name in READER_FILES)


def mount_authenticator(app: FastAPI, *, public_origin: str, authenticator_origin: str) -> None:
    """Serve the app below `/authenticator`. It calls the device API at `public_origin`, from `authenticator_origin`."""
    if not shell().has_reader:
        log.warning("the reader of QR codes is not installed; `make install` fetches it")
    router = APIRouter(include_in_schema=False)
    pages = _templates()
    headers = _headers(public_origin)

    def rendered(name: str) -> str:
        return pages.get_template(name).render(
            shell=shell(),
            public_origin=public_origin,
            texts=words.for_scripts(),
            notifications=words.NOTIFICATIONS,
        )

    @router.get(PATH)
    async def get_app() -> Response:
        return HTMLResponse(rendered("app.html"), headers=headers | BY_LANGUAGE)

    @router.get(f"{PATH}/manifest.webmanifest")
    async def get_manifest() -> Response:
        return JSONResponse(manifest(), media_type="application/manifest+json", headers=headers | BY_LANGUAGE)

    @router.get(f"{PATH}/sw.js")
    async def get_worker() -> Response:
        """Its scope is the page itself, which lies above the script (Service Workers, 3.1.6)."""
        scope = {"Service-Worker-Allowed": PATH}
        return Response(rendered("sw.js"), media_type="text/javascript", headers=headers | BY_LANGUAGE | scope)

    @router.get(f"{PATH}/static/{{version}}/{{name:path}}")
    async def get_file(request: Request, version: str, name: str) -> Response:
        cache = FOR_EVER if version == shell().version else CHECK_EACH_TIME
        return asset_response(request, shell().files.get(name), cache)

    app.include_router(router)
    if authenticator_origin != public_origin:
        allow_app(app, authenticator_origin)


@lru_cache(maxsize=1)
def shell() -> Shell:
    """The files, read once."""
    own = {path.name: read_asset(path) for path in sorted((HERE / "static").iterdir())}
    reader = {f"qr/{name}": read_asset(READER / name) for name in READER_FILES if (READER / name).is_file()}
    files = own | reader
    named = "".join(f"{name} {asset.version}\n" for name, asset in sorted(files.items()))
    return Shell(files, fingerprint(named.encode()))


def manifest() -> dict[str, Any]:
    """What makes the app installable, in the reader's language (W3C Web Application Manifest)."""
    pictures = [{"src": shell().url(name), "sizes": sizes, "type": "image/png"} for name, sizes in ICONS]
    return {
        "id": PATH,
        "name": str(words.NAME),
        "short_name": str(words.NAME),
        "description": str(words.DESCRIPTION),
        "lang": language(),
        "dir": direction(),
        "start_url": PATH,
        "scope": PATH,
        "display": "standalone",
        "background_color": "#f3f5f7",
        "theme_color": "#f3f5f7",
        "icons": [
            {"src": shell().url("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *pictures,
            *({**picture, "purpose": "maskable"} for picture in pictures),
        ],
    }


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translate(environment)
    return environment


def _headers(public_origin: str) -> dict[str, str]:
    """No inline code, no forms that leave; the camera for this page, and calls to the device API."""
    parts = urlsplit(public_origin)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        f"connect-src 'self' {parts.scheme}://{parts.netloc}; worker-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    features = ", ".join(f"{feature}=({'self' if feature == 'camera' else ''})" for feature in FEATURES)
    return security_headers(None) | {"Content-Security-Policy": policy, "Permissions-Policy": features}
