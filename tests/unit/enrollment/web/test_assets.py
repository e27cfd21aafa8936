"""What pages load: files by version, the colours and the logo of an organisation."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from services.enrollment.config import Config
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.web.assets import (
    mount_static,
    read_logos,
    static_url,
    tenant_colours,
)
from services.kit.config.file import ConfigError
from services.kit.config.tenants import Branding
from services.kit.http.problem import install_problem_handlers


async def test_static_files_are_kept_for_ever_by_version_and_checked_without() -> None:
    app = FastAPI()
    mount_static(app, {"northbridge": Branding()})
    install_problem_handlers(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        versioned = await client.get(static_url("page.css"))
        plain = await client.get("/static/page.css", headers={"If-None-Match": versioned.headers["etag"]})
        tenant = await client.get("/static/tenant/northbridge.css")
        missing = [
            (await client.get(path)).status_code
            for path in ("/static/nothing.css", "/static/tenant/unknown.css", "/static/%2e%2e/rendering.py")
        ]
    assert "immutable" in versioned.headers["cache-control"]
    assert versioned.headers["x-content-type-options"] == "nosniff"
    assert (plain.status_code, plain.headers["cache-control"]) == (304, "no-cache")
    assert tenant.headers["content-type"].startswith("text/css")
    assert tenant.content == versioned.content + tenant_colours(Branding()).encode()
    assert missing == [404, 404, 404]


PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


def with_logo_at(directory: Path, logo: str = "logo.png") -> Config:
    tenant = Tenant(
        display_name="Northbridge",
        groups={"everyone": GroupPolicy()},
        default_group="everyone",
        branding=Branding(logo=f"/static/branding/{logo}"),
    )
    return Config(tenants={"northbridge": tenant}, clients={}, branding_directory=directory)


async def test_only_the_logos_that_are_named_are_served(tmp_path: Path) -> None:
    for name in ("logo.png", "other.png"):
        (tmp_path / name).write_bytes(PNG)
    app = FastAPI()
    mount_static(app, {}, read_logos(with_logo_at(tmp_path)))
    install_problem_handlers(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        logo = await client.get("/static/branding/logo.png")
        other = await client.get("/static/branding/other.png")
    assert (logo.content, logo.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("logo.png", None, "cannot read"),
        ("logo.png", b"<html>", "is no"),
        ("logo.html", b"<html>", "is no"),
        ("logo.svg", b"<html><body>", "is no"),
        ("logo.png", PNG + bytes(512 * 1024), "is larger than"),
    ],
)
def test_what_is_no_picture_stops_the_start(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=rf"tenants\.northbridge\.branding\.logo: .*{says}"):
        read_logos(with_logo_at(tmp_path, name))
