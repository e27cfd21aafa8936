"""What a page may load and where its forms may lead."""

import pytest

from services.kit.http.headers import security_headers


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, "form-action 'self';"),
        ("http://127.0.0.1:8010", "form-action 'self' http://127.0.0.1:8010;"),
        ("https://x.example; script-src *", "form-action 'self';"),
        ("https://user@x.example", "form-action 'self';"),
        ("javascript:alert(1)", "form-action 'self';"),
    ],
)
def test_forms_lead_here_or_to_the_return_address_and_nowhere_else(origin: str | None, expected: str) -> None:
    policy = security_headers(origin)["Content-Security-Policy"]
    assert expected in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
