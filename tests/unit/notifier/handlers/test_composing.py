"""Which page a text binds its code to."""

from types import SimpleNamespace
from typing import Literal, cast

import pytest

from services.kit.config.tenants import CodeMessages
from services.notifier.dependencies import Dependencies
from services.notifier.handlers.composing import bound_host


@pytest.mark.parametrize(
    ("wanted", "is_secure", "host"),
    [
        ("whereSecure", True, "id.example"),
        ("whereSecure", False, None),
        ("always", False, "id.example"),
        ("never", True, None),
    ],
)
def test_a_code_is_bound_where_browsers_act_on_it_or_the_organisation_says_so(
    wanted: Literal["whereSecure", "always", "never"], is_secure: bool, host: str | None
) -> None:
    deps = cast("Dependencies", SimpleNamespace(host="id.example", is_secure=is_secure))
    assert bound_host(CodeMessages(bound_to_origin=wanted), deps) == host
