"""A form token belongs to its session."""

from services.kit.http.csrf import csrf_matches, csrf_token


def test_form_token_belongs_to_one_session() -> None:
    token = csrf_token("secret-of-one-session")
    assert csrf_matches("secret-of-one-session", token)
    assert not csrf_matches("secret-of-another", token)
    assert not csrf_matches("secret-of-one-session", "")
    assert not csrf_matches("secret-of-one-session", "é")
    assert "secret" not in token
