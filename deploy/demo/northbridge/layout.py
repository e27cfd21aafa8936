"""What every page of Northbridge has around it."""

from pathlib import Path
from typing import Any

from fastapi import Request, Response

from deploy.demo.pages import templates_of
from deploy.demo.settings import WorldSettings

HERE = Path(__file__).parent


class Layout:
    """Renders pages with the links that all of them have."""

    def __init__(self, settings: WorldSettings) -> None:
        self._templates = templates_of(HERE)
        self._common = {"handset": settings.handset_origin, "authenticator": settings.authenticator_page}
        self.help = f"{settings.product_origin}/help/cant-sign-in"
        """The product's own page for whoever can't sign in."""

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        """A template as an answer."""
        return self._templates.TemplateResponse(request, template, self._common | context, status)
