"""Details of pages: what is asked only where there is a choice, what is tied to what, what is told in words."""

from dataclasses import replace

from pydantic import SecretStr

from services.enrollment.web.views import FieldError
from tests.support.web.pages import sample_views
from tests.support.web.sample_frame import MASKED, OTP_LINK, OTP_SECRET, frame
from tests.support.web.sample_pages import choose_view, code_view, phone_view, questions_view
from tests.support.web.sample_sites import manage_view
from tests.unit.enrollment.web.test_rendering import outline


def test_answers_that_were_not_kept_need_not_be_typed_again() -> None:
    secret = "Northwind the cat"
    view = questions_view(FieldError("answer-2", "This answer is too short."))
    rows = tuple(replace(row, answer=SecretStr(secret)) for row in view.rows)
    page = outline(replace(view, rows=rows))
    answers = [attributes for _, attributes, _ in page.elements if attributes.get("name") == "answer"]
    assert [attributes.get("value") for attributes in answers] == [secret] * 3
    assert [attributes.get("aria-invalid") for attributes in answers] == [None, "true", None]
    chosen = [
        attributes["value"] for tag, attributes, _ in page.elements if tag == "option" and "selected" in attributes
    ]
    assert chosen == [row.chosen for row in rows]


def test_answers_go_with_their_questions() -> None:
    fields = [attributes for _, attributes, _ in outline(sample_views()["prove-questions"]).elements]
    assert [one["value"] for one in fields if one.get("name") == "question"] == ["first-manager", "favourite-teacher"]
    assert [one["id"] for one in fields if one.get("name") == "answer"] == ["answer-1", "answer-2"]


def test_the_secret_of_a_different_app_is_shown_in_fours_and_as_a_link() -> None:
    page = outline(sample_views()["software-scan"])
    groups = next(text for tag, attributes, text in page.elements if attributes.get("data-value") == OTP_SECRET)
    assert "".join(groups) == OTP_SECRET
    links = [attributes["href"] for tag, attributes, _ in page.elements if tag == "a"]
    assert OTP_LINK in links


def test_how_to_reach_a_phone_is_asked_only_where_there_is_a_choice() -> None:
    radios = [
        attributes for _, attributes, _ in outline(sample_views()["phone-ways"]).elements if "checked" in attributes
    ]
    assert [attributes["value"] for attributes in radios] == ["sms"]
    assert outline(sample_views()["phone-office"]).fields()["delivery"] == "voice"
    assert "Extension" in outline(sample_views()["phone-office"]).texts("label")
    assert "Extension" not in outline(sample_views()["phone-ways"]).texts("label")


def test_a_menu_asks_before_it_deletes_and_acts_by_a_form() -> None:
    page = outline(manage_view())
    links = {attributes.get("href") for tag, attributes, _ in page.elements if tag == "a"}
    forms = {attributes.get("action") for tag, attributes, _ in page.elements if tag == "form"}
    methods = "/security-info/methods"
    assert {f"{methods}/m2/rename", f"{methods}/m2/delete", "/security-info/add", "/security-info/activity"} <= links
    assert {f"{methods}/m2/{act}" for act in ("change", "default")} <= forms
    assert {f"{methods}/m3/restore", f"{methods}/m6/restore", "/security-info/leave"} <= forms
    assert not any(str(link).endswith(("/change", "/default", "/restore")) for link in links)


def test_methods_are_told_by_name_kind_and_state() -> None:
    items = outline(manage_view()).texts("li")
    assert f"My work phone Phone · {MASKED} Last used on 22 November 2026 Backup" in " ".join(items)
    assert any("Suspended" in item and "somebody reported it" in item for item in items)
    assert any("Disabled" in item and "add it anew" in item for item in items)


def test_what_a_button_of_a_mail_does_needs_its_token_and_no_session() -> None:
    assert outline(sample_views()["not-me"]).fields() == {"token": "a-token"}
    assert outline(sample_views()["not-me-done"]).fields() == {}


def test_a_choice_in_error_is_tied_to_its_group() -> None:
    page = outline(choose_view(FieldError("method", "Choose one of the methods.")))
    group = next(attributes for tag, attributes, _ in page.elements if tag == "fieldset")
    assert group["aria-describedby"] == "method-error"


def test_error_is_in_the_title_and_tied_to_its_field() -> None:
    page = outline(phone_view(FieldError("number", "That doesn't look like a phone number.")))
    assert page.texts("title")[0].startswith("Error: Phone")
    field = next(attributes for _, attributes, _ in page.elements if attributes.get("id") == "number")
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "number-error number-hint"
    assert field["value"] == "12345"


def test_countries_are_a_native_list_with_the_chosen_one() -> None:
    page = outline(phone_view())
    chosen = [
        attributes["value"] for tag, attributes, _ in page.elements if tag == "option" and "selected" in attributes
    ]
    assert chosen == ["GB"]
    assert "United Kingdom (+44)" in page.texts("option")


def test_progress_tells_the_states_in_words() -> None:
    page = outline(code_view())
    assert "Method 1 of 2" in page.texts("p")
    steps = [(attributes, text) for tag, attributes, text in page.elements if tag == "li"][:3]
    assert [attributes.get("aria-current") for attributes, _ in steps] == [None, "step", None]
    words = [" ".join("".join(text).split()) for _, text in steps]
    assert words == ["Done: Enter your number", "2 Current step: Enter the code", "3 To do: Done"]


def test_resend_is_enabled_without_a_script_and_gone_when_none_is_left() -> None:
    resend = next(attributes for _, attributes, text in outline(code_view()).elements if "data-resend" in attributes)
    assert "aria-disabled" not in resend
    assert "disabled" not in resend
    assert "Resend" not in outline(replace(code_view(), sends_left=0)).texts("button")


def test_code_tells_how_long_it_lives() -> None:
    assert "6 digits, valid for 5 more minutes. 6 digits." in outline(code_view()).texts("p")
    unknown = replace(code_view(), frame=replace(frame("Enter the code", 1), now=None))
    assert "6 digits." in outline(unknown).texts("p")
