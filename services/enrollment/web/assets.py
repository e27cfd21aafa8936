"""Static files: read once, named by their content, and a stylesheet for each organisation, in its colour."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response

from services.enrollment.config import Config
from services.enrollment.web.colours import accent_on
from services.kit.config.file import ConfigError
from services.kit.config.tenants import Branding
from services.kit.crypto.sealing import fingerprint
from services.kit.errors import NotFoundError
from services.kit.http.headers import security_headers

DIRECTORY: Final = Path(__file__).parent / "static"
FOR_EVER: Final = "public, max-age=31536000, immutable"
CHECK_EACH_TIME: Final = "no-cache"
A_WHILE: Final = "public, max-age=300"
"""For what an organisation changes: a stylesheet's address stays the same when the colour changes, a logo's always."""

LIGHT_GROUNDS: Final = ("#ffffff", "#f3f5f7")
DARK_GROUNDS: Final = ("#192129", "#10161c")
"""Card and ground in `app.css`; the accent must be readable on both."""

LOGO_TYPES: Final = {
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".webp": ("image/webp", b"RIFF"),
    ".svg": ("image/svg+xml", b"<svg"),
}
"""What a logo may be, and what such a file has near its beginning: an SVG may start with a declaration."""
BEGINNING: Final = 1024
MOST_LOGO_BYTES: Final = 512 * 1024
LOGO_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An SVG that is opened by itself is a document: it may look like itself, and do nothing."""

SHEETS: Final = ("app.css", "pages.css")
SHEET: Final = "page.css"
"""What a page looks like: `SHEETS` one after the other, so that a browser asks once."""

TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file as it is sent; `version` changes with its content."""

    content: bytes
    media_type: str
    version: str


def static_url(name: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep it for ever."""
    return f"/static/{name}?v={_assets()[name].version}"


def stylesheet_url(tenant: str | None) -> str:
    """The address of all that a page looks like, in the organisation's colour where it has one. It changes with the
    product's own part."""
    return f"/static/tenant/{tenant}.css?v={_assets()[SHEET].version}" if tenant else static_url(SHEET)


def tenant_colours(branding: Branding) -> str:
    """The organisation's colour in light and dark, moved as far as readable text on it and in it needs."""
    light, dark = accent_on(branding.accent_color, LIGHT_GROUNDS), accent_on(branding.accent_color, DARK_GROUNDS)
    return (
        f":root{{--accent:{light.fill};--on-accent:{light.on_fill};--accent-text:{light.text}}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root{{--accent:{dark.fill};--on-accent:{dark.on_fill};--accent-text:{dark.text}}}}}\n"
    )


def read_logos(config: Config) -> Mapping[str, Asset]:
    """The logos that tenants name, by the names of their files; nothing else in the directory is ever served. Raises
    ConfigError: one of them is absent, too large, or no picture."""
    logos = {name: tenant.branding.logo_file for name, tenant in config.tenants.items()}
    directory = config.branding_directory or Path()
    return {file: _logo(f"tenants.{name}.branding.logo", directory / file) for name, file in logos.items() if file}


def mount_static(app: FastAPI, brandings: Mapping[str, Branding], logos: Mapping[str, Asset] | None = None) -> None:
    """Serve the files below `/static`, and for each organisation its stylesheet by its tenant id, and its logo."""
    router = APIRouter(include_in_schema=False)
    colours = {tenant: _colours(branding) for tenant, branding in brandings.items()}

    @router.get("/static/tenant/{tenant}.css")
    async def get_stylesheet(request: Request, tenant: str) -> Response:
        known = colours.get(tenant)
        return asset_response(request, _after(_assets()[SHEET], known) if known else None, A_WHILE)

    @router.get("/static/branding/{name}")
    async def get_logo(request: Request, name: str) -> Response:
        response = asset_response(request, (logos or {}).get(name), A_WHILE)
        response.headers["Content-Security-Policy"] = LOGO_POLICY
        return response

    @router.get("/static/{name:path}")
    async def get_file(request: Request, name: str, v: str | None = None) -> Response:
        asset = _assets().get(name)
        return asset_response(request, asset, FOR_EVER if asset and v == asset.version else CHECK_EACH_TIME)

    app.include_router(router)


def asset_response(request: Request, asset: Asset | None, cache: str) -> Response:
    """The file, or that the browser's copy is still right.

    Raises:
        ProblemError: `notFound` without an asset.
    """
    if asset is None:
        raise NotFoundError
    headers = security_headers(None) | {"ETag": f'"{asset.version}"', "Cache-Control": cache}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def _logo(place: str, path: Path) -> Asset:
    media_type, mark = LOGO_TYPES.get(path.suffix.lower(), ("", b""))
    try:
        content = path.read_bytes()
    except OSError:
        raise ConfigError(f"SECURITY_INFO_CONFIG: {place}: cannot read {path}; put the file there") from None
    if len(content) > MOST_LOGO_BYTES:
        raise ConfigError(f"SECURITY_INFO_CONFIG: {place}: {path} is larger than {MOST_LOGO_BYTES} bytes")
    if not media_type or mark not in content[:BEGINNING]:
        raise ConfigError(f"SECURITY_INFO_CONFIG: {place}: {path} is no {', '.join(sorted(LOGO_TYPES))} file")
    return Asset(content, media_type, fingerprint(content))


def _colours(branding: Branding) -> Asset:
    content = tenant_colours(branding).encode()
    return Asset(content, TYPES[".css"], fingerprint(content))


def _after(first: Asset, second: Asset) -> Asset:
    """Both as one; put together when asked for, so that a thousand organisations keep their colours alone."""
    return Asset(first.content + second.content, first.media_type, f"{first.version}{second.version}")


@lru_cache(maxsize=1)
def _assets() -> Mapping[str, Asset]:
    files = (path for path in DIRECTORY.rglob("*") if path.is_file() and path.name not in SHEETS)
    sheet = b"".join((DIRECTORY / name).read_bytes() for name in SHEETS)
    found = {path.relative_to(DIRECTORY).as_posix(): read_asset(path) for path in files}
    return found | {SHEET: Asset(sheet, TYPES[".css"], fingerprint(sheet))}


def read_asset(path: Path) -> Asset:
    """A file, with the media type that its name says."""
    content = path.read_bytes()
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(content, media_type, fingerprint(content))
