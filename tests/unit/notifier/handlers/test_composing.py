"""Which page a text binds its code to."""

from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from services.kit.config.tenants import CodeMessages
from services.notifier.dependencies import Dependencies
from services.notifier.handlers.composing import bound_host
from tests.support.builders.deliveries import delivery


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
    tenants: dict[str, Any] = {"northbridge": SimpleNamespace(codes=CodeMessages(bound_to_origin=wanted))}
    config = SimpleNamespace(tenants=tenants)
    deps = cast("Dependencies", SimpleNamespace(config=config, host="id.example", is_secure=is_secure))
    assert bound_host(delivery("sms"), deps) == host
