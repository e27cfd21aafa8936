"""The configuration file is closed, expanded from the environment, and wrong in one line."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from services.enrollment.config import Config
from services.kit.config.file import ConfigError, SharedConfig, load_config
from services.kit.config.providers import SmtpProvider, TwilioProvider

MINIMAL = """
tenants:
  northbridge:
    displayName: Northbridge
    groups:
      everyone: {}
      frontline: {required: [phone], allowed: [phone]}
    defaultGroup: everyone
clients:
  northbridge:
    issuer: northbridge
    tenants: [northbridge]
    jwksUrl: "${JWKS:-http://127.0.0.1:8010/jwks.json}"
    returnUrls: ["http://127.0.0.1:8010/"]
"""

PROVIDERS = """
providers:
  sms:
    - name: twilio-a
      type: twilio
      baseUrl: http://127.0.0.1:8020/twilio-a
      accountSid: AC00000000000000000000000000000001
      authToken: "${AUTH_TOKEN}"
      sender: Northbridge
"""


MAIL = """
providers:
  email:
    - name: relay
      type: smtp
      host: mail.example
      sender: security-info@northbridge.example
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "config.yaml"
    file.write_text(text)
    return file


def account_of(config: SharedConfig) -> TwilioProvider:
    (account,) = config.providers.sms
    assert isinstance(account, TwilioProvider)
    return account


def server_of(config: SharedConfig) -> SmtpProvider:
    (server,) = config.providers.email
    assert isinstance(server, SmtpProvider)
    return server


def test_variables_are_taken_from_the_environment_or_have_their_default(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL)
    assert str(load_config(SharedConfig, file, {}).clients["northbridge"].jwks_url) == "http://127.0.0.1:8010/jwks.json"
    given = load_config(SharedConfig, file, {"JWKS": "https://id.example/jwks"})
    assert str(given.clients["northbridge"].jwks_url) == "https://id.example/jwks"


def test_a_variable_that_is_not_set_is_named_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"^AUTH_TOKEN: .* at providers\.sms\.0\.authToken and it is not set; set it$"
    ):
        load_config(SharedConfig, written(tmp_path, MINIMAL + PROVIDERS), {})


@pytest.mark.parametrize("quote", ['"', ""], ids=["quoted", "plain"])
@pytest.mark.parametrize(
    "secret",
    [
        "abc #def",
        "12345678",
        "0x1F",
        "yes",
        "null",
        "a: b",
        "- a",
        "'",
        '"',
        "&a",
        "{",
        "ends in \\",
        "${OTHER}",
        "é\n",
    ],
)
def test_a_secret_may_hold_any_character_and_stays_a_text(tmp_path: Path, secret: str, quote: str) -> None:
    text = MINIMAL + PROVIDERS.replace('"${AUTH_TOKEN}"', f"{quote}${{AUTH_TOKEN}}{quote}")
    config = load_config(SharedConfig, written(tmp_path, text), {"AUTH_TOKEN": secret, "OTHER": "x"})
    assert account_of(config).auth_token.get_secret_value() == secret


def test_a_variable_cannot_add_to_the_file(tmp_path: Path) -> None:
    text = MINIMAL.replace("displayName: Northbridge", "displayName: ${NAME}")
    with pytest.raises(ConfigError, match=r"tenants\.northbridge\.displayName"):
        load_config(SharedConfig, written(tmp_path, text), {"NAME": "A\n    surprise: 1"})


def test_a_number_may_come_from_a_variable(tmp_path: Path) -> None:
    text = MINIMAL + MAIL + "      port: ${MAIL_PORT:-2525}\n"
    assert server_of(load_config(SharedConfig, written(tmp_path, text), {})).port == 2525
    assert server_of(load_config(SharedConfig, written(tmp_path, text), {"MAIL_PORT": "465"})).port == 465


@pytest.mark.parametrize("wrong", ["${auth_token}", "${AUTH_TOKEN", "${AUTH-TOKEN}", "${}"])
def test_what_looks_like_a_variable_and_is_none_is_refused(tmp_path: Path, wrong: str) -> None:
    text = MINIMAL + PROVIDERS.replace("${AUTH_TOKEN}", wrong)
    with pytest.raises(ConfigError, match=r"providers\.sms\.0\.authToken: write a variable as"):
        load_config(SharedConfig, written(tmp_path, text), {"AUTH_TOKEN": "x"})


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"providers\.sms\.0\.authToken"):
        load_config(SharedConfig, written(tmp_path, MINIMAL + PROVIDERS), {"AUTH_TOKEN": ""})


def test_whoever_speaks_to_no_provider_does_not_hold_their_secrets(tmp_path: Path) -> None:
    mail = MAIL.replace("providers:\n", "") + "      username: ${USER}\n      password: plainly-written\n"
    config = load_config(Config, written(tmp_path, MINIMAL + PROVIDERS + mail), {})
    assert config.providers.channels == {"sms", "email"}
    assert account_of(config).auth_token.get_secret_value() == "(withheld)"
    assert server_of(config).password == SecretStr("(withheld)")


def test_a_secret_does_not_show(tmp_path: Path) -> None:
    config = load_config(SharedConfig, written(tmp_path, MINIMAL + PROVIDERS), {"AUTH_TOKEN": "hidden-token"})
    assert account_of(config).auth_token.get_secret_value() == "hidden-token"
    assert "hidden-token" not in repr(config)


def test_mail_is_encrypted_unless_the_server_is_on_this_machine(tmp_path: Path) -> None:
    relay = server_of(load_config(SharedConfig, written(tmp_path, MINIMAL + MAIL), {}))
    assert (relay.security, relay.port) == ("starttls", 587)
    local = MAIL.replace("mail.example", "127.0.0.1") + "      security: none\n"
    assert server_of(load_config(SharedConfig, written(tmp_path, MINIMAL + local), {})).security == "none"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("      security: none\n", "security none is for 127.0.0.1"),
        ("      username: sam\n", "username and password belong together"),
        ('      senderName: "A\\r\\nBcc: sam@northbridge.example"\n', "providers.email.0.senderName"),
        (
            "    - {name: relay, type: smtp, host: b.example, sender: a@b.example}\n",
            "two providers have the name relay",
        ),
    ],
)
def test_a_mail_server_that_would_do_harm_is_refused(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_config(SharedConfig, written(tmp_path, MINIMAL + MAIL + more), {})


OWN = """
    texts: {prompt: A second lock., helpDesk: dial 4357, messageName: Northbridge Ltd}
    sender: {mail: id@northbridge.example, mailName: Accounts, text: NORTHBRIDGE}
    branding: {logo: /static/branding/logo.svg}
"""
DIRECTORY = "brandingDirectory: branding\n"


def owned(text: str = OWN) -> str:
    return MINIMAL.replace("    defaultGroup: everyone\n", f"    defaultGroup: everyone{text}")


def test_a_tenant_has_words_a_sender_and_a_logo_of_its_own(tmp_path: Path) -> None:
    config = load_config(SharedConfig, written(tmp_path, owned() + DIRECTORY), {})
    tenant = config.tenant("northbridge")
    assert (tenant.message_name, tenant.texts.help_desk) == ("Northbridge Ltd", "dial 4357")
    assert (tenant.sender.mail, tenant.sender.text) == ("id@northbridge.example", "NORTHBRIDGE")
    assert (config.branding_directory, tenant.branding.logo_file) == (tmp_path / "branding", "logo.svg")
    plain = load_config(SharedConfig, written(tmp_path, MINIMAL), {}).tenant("northbridge")
    assert (plain.message_name, plain.sender.mail, plain.sender.text) == ("Northbridge", None, None)


@pytest.mark.parametrize(
    ("setting", "wrong", "named"),
    [
        ("mailName: Accounts", 'mailName: "A\\r\\nBcc: sam@northbridge.example"', "sender.mailName"),
        ("mailName: Accounts", 'mailName: "A\\u2028B"', "sender.mailName"),
        ("mail: id@northbridge.example", 'mail: "id@northbridge.example\\n"', "sender.mail"),
        ("mail: id@northbridge.example", 'mail: "a@b.example, c@d.example"', "sender.mail"),
        ("mail: id@northbridge.example", "mail: a..b@c.example", "sender.mail"),
        ("text: NORTHBRIDGE", "text: NORTHBRIDGES", "sender.text"),
        ("text: NORTHBRIDGE", 'text: "+44 7700 900142"', "sender.text"),
        ("prompt: A second lock.", 'prompt: "Two\\nlines"', "texts.prompt"),
        ("helpDesk: dial 4357", 'helpDesk: "\\u202e7534 laid"', "texts.helpDesk"),
        ("messageName: Northbridge Ltd", 'messageName: "N\\n@evil.example #123456"', "texts.messageName"),
        ("/static/branding/logo.svg", "/static/branding/../config.yaml", "branding.logo"),
        ("/static/branding/logo.svg", "https://elsewhere.example/logo.svg", "branding.logo"),
    ],
)
def test_what_could_become_a_header_or_another_file_is_refused(
    tmp_path: Path, setting: str, wrong: str, named: str
) -> None:
    text = owned(OWN.replace(setting, wrong)) + DIRECTORY
    assert wrong in text
    with pytest.raises(ConfigError, match=rf"tenants\.northbridge\.{named}"):
        load_config(SharedConfig, written(tmp_path, text), {})


def test_a_logo_needs_a_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tenants\.northbridge\.branding\.logo needs brandingDirectory"):
        load_config(SharedConfig, written(tmp_path, owned()), {})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tenants: [", "line"),
        (MINIMAL.replace("displayName", "displayNme"), "tenants.northbridge"),
        (MINIMAL + "surprise: 1\n", "surprise"),
        ("", "config.yaml"),
    ],
)
def test_a_mistake_is_placed_in_one_line(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(SharedConfig, written(tmp_path, text), {})
    assert "SECURITY_INFO_CONFIG" in str(caught.value)
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml"):
        load_config(SharedConfig, tmp_path / "absent.yaml", {})


def test_a_mistake_of_form_is_placed_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^FILE: .*config\.yaml is not YAML: line 3$"):
        load_config(SharedConfig, written(tmp_path, "tenants: {}\nclients: {}\n: : :\n"), {}, named_by="FILE")


@pytest.mark.parametrize("text", ["tenants: \x01", "date: 2026-13-45", "[" * 5000], ids=["control", "date", "depth"])
def test_what_cannot_be_read_at_all_has_no_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"is not YAML: unreadable$"):
        load_config(SharedConfig, written(tmp_path, text), {})


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"tenants: \xff")
    with pytest.raises(ConfigError, match=r"is not YAML: unreadable$"):
        load_config(SharedConfig, tmp_path / "config.yaml", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            MINIMAL + MAIL.replace("security-info@northbridge.example", "no..body@northbridge.example"),
            "is no address that a mail can come from",
        ),
        (
            MINIMAL.replace("displayName: ", 'displayName: " "#'),
            "must be one line of what can be seen, without spaces around it",
        ),
    ],
)
def test_a_text_that_cannot_be_used_is_told_why(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_config(SharedConfig, written(tmp_path, text), {})


def test_a_file_that_is_no_text_is_a_mistake_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\x80")
    with pytest.raises(ConfigError, match="is not YAML"):
        load_config(SharedConfig, path, {})


TWO = PROVIDERS + PROVIDERS.partition("sms:")[2].replace("twilio-a", "twilio-b")


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("{channel: sms, countries: [DE], tenants: [northbridge], providers: [twilio-b, twilio-a]}", None),
        ("{channel: whatsapp, countries: [DE], providers: [twilio-a]}", "which is no provider of whatsapp"),
        ("{channel: sms, providers: [twilio-c]}", "routes.0 names twilio-c, which is no provider of sms"),
        ("{channel: voice, providers: [twilio-a]}", "routes.0 names twilio-a, which is no provider of voice"),
        ("{channel: sms, tenants: [gone], providers: [twilio-a]}", "routes.0 names the tenant gone"),
        ("{channel: email, countries: [DE], providers: [twilio-a]}", "email has none"),
        ("{channel: sms, providers: [twilio-a, twilio-a]}", "named twice"),
        ("{channel: sms, providers: []}", "routes.0.providers"),
    ],
)
def test_a_route_names_providers_of_its_channel(tmp_path: Path, route: str, said: str | None) -> None:
    file = written(tmp_path, f"{MINIMAL}{TWO}\nroutes:\n  - {route}\n")
    if said is None:
        (read,) = load_config(SharedConfig, file, {"AUTH_TOKEN": "t"}).routes
        assert (read.countries, read.providers) == (("DE",), ("twilio-b", "twilio-a"))
        return
    with pytest.raises(ConfigError, match=said):
        load_config(SharedConfig, file, {"AUTH_TOKEN": "t"})
