"""What the help desk gets when it asks for a pass and says nothing more."""

from services.enrollment.methods.temporary_access_pass.routes import PassRequest


def test_a_pass_is_good_once_and_for_an_hour_unless_the_help_desk_says_otherwise() -> None:
    assert PassRequest() == PassRequest(lifetime_in_minutes=60, is_usable_once=True)
    assert not PassRequest.model_validate({"isUsableOnce": False}).is_usable_once
