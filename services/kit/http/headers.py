"""Security headers of pages: everything is denied that a page does not need."""

import re
from typing import Final

ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")
FEATURES: Final = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")


def security_headers(return_origin: str | None) -> dict[str, str]:
    """Headers for a page whose forms stay here or, by redirect, lead to `return_origin`.

    Chromium holds the redirect after a form to `form-action` as well (CSP Level 3, 6.4.1), hence the origin. Anything
    that is no plain origin is left out rather than trusted.
    """
    return {
        "Content-Security-Policy": content_security_policy(return_origin),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "X-Permitted-Cross-Domain-Policies": "none",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
        "Strict-Transport-Security": "max-age=31536000",
    }


def content_security_policy(return_origin: str | None) -> str:
    """Own scripts, styles and images; no inline code, no framing, no plug-ins."""
    targets = "'self'"
    if return_origin and ORIGIN.fullmatch(return_origin):
        targets += f" {return_origin}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; form-action {targets}; frame-ancestors 'none'"
    )
