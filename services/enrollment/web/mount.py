"""All pages and static files, as the application has them."""

from fastapi import FastAPI

from services.enrollment.config import Config
from services.enrollment.notices import pages as notices
from services.enrollment.web.assets import mount_static, read_logos
from services.enrollment.web.help import pages as help_pages
from services.enrollment.web.operations import pages as operations
from services.enrollment.web.operations.people import pages as people
from services.enrollment.web.security_info import pages as security_info
from services.enrollment.web.verify import routes as verify
from services.enrollment.web.wizard import routes as wizard


def mount(app: FastAPI, config: Config) -> None:
    """Add pages and static files to the application. Raises ConfigError: a logo cannot be served."""
    for site in (wizard, security_info, notices, verify, help_pages, operations, people):
        app.include_router(site.router)
    mount_static(app, {name: tenant.branding for name, tenant in config.tenants.items()}, read_logos(config))
