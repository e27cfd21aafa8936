"""Each type of method says what it is in the API, and a registration's body leads to the type that it names."""

from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.base import MethodType
from services.enrollment.methods.base.api import RegistrationRequest
from services.enrollment.methods.registry.api import BY_TYPE, EXAMPLES, AnyRegistrationRequest, name_of
from services.enrollment.methods.registry.domain import SET_UP
from tests.unit.enrollment.builders import method

REQUESTS: TypeAdapter[RegistrationRequest] = TypeAdapter(AnyRegistrationRequest)


def test_every_type_is_there_and_whatever_people_set_up_can_be_registered() -> None:
    assert BY_TYPE.keys() == set(get_args(MethodType))
    assert {api.type for api in BY_TYPE.values() if api.request} == {traits.type for traits in SET_UP}


@pytest.mark.parametrize("body", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_the_type_of_a_body_says_what_is_registered(body: dict[str, Any]) -> None:
    request = REQUESTS.validate_python(body)
    assert type(request) is BY_TYPE[body["type"]].request
    assert callable(request.plan())


@pytest.mark.parametrize(
    "body", [{}, {"type": "temporaryAccessPass"}, {"type": "carrierPigeon"}, {"type": "email", "phoneNumber": "1"}]
)
def test_a_body_of_no_type_or_of_another_one_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        REQUESTS.validate_python(body)


def test_a_method_is_called_by_its_own_name_else_by_its_mask_else_by_its_type() -> None:
    passkey = method("passkey").model_copy(update={"display_name": "", "name": None})
    assert name_of(passkey) == "Passkey"
    assert name_of(passkey.model_copy(update={"display_name": "•••• key"})) == "•••• key"
    assert name_of(passkey.model_copy(update={"display_name": "•••• key", "name": "My key"})) == "My key"
