"""Files of tokens: all of them are read, or all that is wrong is named and none is."""

import base64
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretBytes

from services.enrollment.methods.hardware_oath.domain.imported import MOST_TOKENS, ImportedToken, TokenFileError
from services.enrollment.methods.hardware_oath.files.reading import read_tokens
from tests.support.builders.token_files import ENCRYPTED, PRE_SHARED_KEY, csv_text, key_package, pskc

SECRET = b"12345678901234567890"
BASE32 = base64.b32encode(SECRET).decode()
KEY = SecretBytes(PRE_SHARED_KEY)


def read(content: bytes | str, key: SecretBytes | None = None) -> tuple[ImportedToken, ...]:
    return read_tokens(content.encode() if isinstance(content, str) else content, key)


def findings(content: bytes | str, key: SecretBytes | None = None) -> list[str]:
    with pytest.raises(TokenFileError) as refused:
        read(content, key)
    return [str(finding) for finding in refused.value.findings]


def only(content: bytes | str, key: SecretBytes | None = None) -> ImportedToken:
    (token,) = read(content, key)
    return token


def test_a_file_of_entra_is_read() -> None:
    tokens = read(
        csv_text(
            f"alex@northbridge.example,1001,{BASE32},60,Contoso,HardwareKey",
            "",
            f"sam@northbridge.example,1002,{SECRET.hex()},30,Contoso,HardwareKey",
            ",1003,2234567abcdef2234567abcdef,,,",
        )
    )
    assert [(token.serial_number, token.period, token.counter) for token in tokens] == [
        ("1001", 60, None),
        ("1002", 30, None),
        ("1003", 30, None),
    ]
    assert [token.secret.get_secret_value() for token in tokens[:2]] == [SECRET, SECRET]
    assert (tokens[0].manufacturer, tokens[0].model, tokens[2].manufacturer) == ("Contoso", "HardwareKey", "")


def test_a_token_with_a_button_has_a_counter_and_all_may_have_other_codes() -> None:
    titles = "serialNumber,secretKey,timeInterval,counter,algorithm,digits"
    content = csv_text(f"A-1,{BASE32},,17,hmac-sha-256,8", f"A-2,{BASE32},60,,SHA512,", titles=titles)
    button, clock = read(content)
    assert (button.counter, button.period, button.algorithm, button.digits) == (17, None, "SHA256", 8)
    assert (clock.counter, clock.period, clock.algorithm, clock.digits) == (None, 60, "SHA512", 6)


@pytest.mark.parametrize("written", [BASE32.lower(), f"{BASE32[:8]} {BASE32[8:]}", f" {SECRET.hex().upper()} "])
def test_a_secret_is_the_same_however_it_is_written(written: str) -> None:
    assert only(csv_text(f",1,{written},30,,")).secret.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f",,{BASE32},30,,", "line 2: it has no serial number: give the number that is printed on the token"),
        (f",<b>,{BASE32},30,,", "line 2: the serial number is none: give 1 to 64 letters"),
        (",1001,,30,,", "line 2, token 1001: it has no secret: ask the manufacturer"),
        (",1001,0189!,30,,", "line 2, token 1001: the secret cannot be read: give it in base32 or in hexadecimal"),
        (",1001,ABCDEFGH,30,,", "line 2, token 1001: the secret has 5 bytes: it must have 16 to 128"),
        (f",1001,{BASE32},45,,", "line 2, token 1001: the time interval is not possible: give 30 or 60"),
        (f",1001,{BASE32},30,{'x' * 65},", "line 2, token 1001: the manufacturer cannot be shown"),
        (f",1001,{BASE32},30,,\x07", "line 2, token 1001: the model cannot be shown"),
        (f",1001,{BASE32}", "line 2: it has 3 values: give 6, as in the first line"),
    ],
)
def test_a_bad_line_is_named_with_what_to_do(line: str, said: str) -> None:
    (found,) = findings(csv_text(line))
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("30,5,,", "it has a time interval and a counter"),
        (",-1,,", "the counter is none"),
        (",9007199254740992,,", "the counter is none"),
        (",1,MD5,", "the algorithm is not known"),
        (",1,,7", "the number of digits is not possible: give 6 or 8"),
    ],
)
def test_a_bad_value_is_named(values: str, said: str) -> None:
    titles = "serialNumber,secretKey,timeInterval,counter,algorithm,digits"
    (found,) = findings(csv_text(f"1001,{BASE32},{values}", titles=titles))
    assert found.startswith(f"line 2, token 1001: {said}")


def test_everything_that_is_wrong_is_named_at_once_and_nothing_is_read() -> None:
    content = csv_text(f",1001,{BASE32},30,,", ",1002,?,30,,", f",1001,{BASE32},30,,", f',1003,{BASE32},7,"a\r\nb",')
    assert [found.partition(": ")[0] for found in findings(content)] == [
        "line 3, token 1002",
        "line 5, token 1003",
        "line 4, token 1001",
    ]


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        ("serialNumber,secretKey,colour", "line 1: column 3 has no name that is known"),
        ("serialNumber,secretKey,Secret Key", "line 1: secretKey stands there twice"),
        ("serialNumber,model", "line 1: there is no column secretKey"),
    ],
)
def test_a_first_line_that_names_no_columns_is_refused(titles: str, said: str) -> None:
    assert findings(csv_text(titles=titles))[0].startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: there is no column serialNumber"),
        (csv_text(), "the file: it holds no token"),
        (b"\xff\xffserial", "the file: it is not text in UTF-8"),
        (csv_text('"open'), "the file: it is no CSV"),
        (b"<KeyContainer", "the file: it cannot be read as XML"),
        (b"<a/>", "the file: it is no PSKC file"),
        (pskc(), "the file: it holds no token"),
    ],
)
def test_what_is_no_file_of_tokens_is_refused(content: bytes, said: str) -> None:
    assert findings(content)[0].startswith(said)


def test_a_file_holds_a_limited_number_of_tokens() -> None:
    lines = [f",{number},{BASE32},30,," for number in range(MOST_TOKENS + 1)]
    assert findings(csv_text(*lines)) == ["the file: it holds 10001 tokens: give 10000 at most"]
    assert len(read(csv_text(*lines[1:]))) == MOST_TOKENS


def test_a_key_container_is_read() -> None:
    clock, button = read(
        pskc(
            key_package(
                parameters='<Suite>HMAC-SHA256</Suite><ResponseFormat Length="8" Encoding="DECIMAL"/>',
                data="<TimeInterval><PlainValue>60</PlainValue></TimeInterval>",
            ),
            key_package("1002", kind="hotp", data="<Counter><PlainValue>7</PlainValue></Counter>"),
        )
    )
    assert clock == ImportedToken("1001", SecretBytes(SECRET), "SHA256", 8, 60, None, "oath.ACME", "T1")
    assert button == ImportedToken("1002", SecretBytes(SECRET), "SHA1", 6, None, 7, "oath.ACME", "T1")


def test_the_encrypted_example_of_the_standard_is_read() -> None:
    assert only(ENCRYPTED, KEY) == ImportedToken(
        "987654321", SecretBytes(SECRET), digits=8, counter=0, manufacturer="Manufacturer"
    )


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("", "", None, "the file: the secrets are encrypted: give the pre-shared key"),
        ("", "", SecretBytes(PRE_SHARED_KEY[::-1]), "the file: the pre-shared key does not fit"),
        ("", "", SecretBytes(b"short"), "the file: the pre-shared key does not have 16 bytes"),
        (
            "AAECAwQF",
            "AAECAwQG",
            KEY,
            "key package 1, token 987654321: the pre-shared key does not fit, or",
        ),
        (
            "Su+NvtQf",
            "Su+NvtQg",
            KEY,
            "key package 1, token 987654321: the pre-shared key does not fit, or",
        ),
        ("<ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=</ValueMAC>", "", KEY, "key package 1, token 987654321: the encrypted"),
        ("ds:KeyName", "DerivedKey", KEY, "the file: the secrets are encrypted with a password"),
        ("#hmac-sha1", "#hmac-md5", KEY, "the file: its MAC is not known"),
        ("#aes128-cbc", "#tripledes-cbc", KEY, "the file: its encryption is not known"),
    ],
)
def test_an_encrypted_file_that_does_not_open_says_why(old: str, new: str, key: SecretBytes | None, said: str) -> None:
    assert findings(ENCRYPTED.replace(old, new) if old else ENCRYPTED, key)[0].startswith(said)


@pytest.mark.parametrize(
    ("package", "said"),
    [
        (key_package("").replace("1001", ""), "key package 1: it has no serial number"),
        (key_package(kind="pin"), "key package 1, token 1001: its algorithm is neither HOTP nor TOTP"),
        (key_package(secret=b"short"), "key package 1, token 1001: the secret has 5 bytes"),
        (
            key_package(parameters='<ResponseFormat Length="7" Encoding="DECIMAL"/>'),
            "key package 1, token 1001: the num",
        ),
        (
            key_package(parameters='<ResponseFormat Length="6" Encoding="HEXADECIMAL"/>'),
            "key package 1, token 1001: its",
        ),
        (
            key_package(parameters='<ResponseFormat Length="6" Encoding="DECIMAL" CheckDigits="true"/>'),
            "key package 1, token 1001: its codes are not plain digits",
        ),
        (
            key_package(data="<TimeInterval><PlainValue>x</PlainValue></TimeInterval>"),
            "key package 1, token 1001: the time interval is not possible",
        ),
        (
            key_package(data="<TimeInterval><EncryptedValue/></TimeInterval>"),
            "key package 1, token 1001: its TimeInterval is encrypted",
        ),
        (
            key_package(policy="<Policy><KeyUsage>CR</KeyUsage></Policy>"),
            "key package 1, token 1001: its policy has no KeyUsage OTP",
        ),
        (
            key_package(policy="<Policy><ExpiryDate>2030-01-01T00:00:00Z</ExpiryDate></Policy>"),
            "key package 1, token 1001: its policy has ExpiryDate, which is not kept to here",
        ),
        (
            key_package().replace("PlainValue>", "EncryptedValue>"),
            "key package 1, token 1001: its secret is encrypted, and the file does not say how",
        ),
        (key_package().replace("Secret>", "Sealed>"), "key package 1, token 1001: it has no secret"),
        (
            key_package().replace("</Key>", '</Key><Key Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp"/>'),
            "key package 1, token 1001: it holds 2 keys",
        ),
    ],
)
def test_a_bad_key_package_is_named_with_what_to_do(package: str, said: str) -> None:
    (found,) = findings(pskc(package))
    assert found.startswith(said)


def test_a_policy_that_allows_one_time_codes_is_kept_to() -> None:
    assert only(pskc(key_package(policy="<Policy><KeyUsage>OTP</KeyUsage></Policy>"))).serial_number == "1001"


@pytest.mark.parametrize(
    ("declared", "number"),
    [
        ('<!DOCTYPE k [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"),
        ('<!DOCTYPE k SYSTEM "http://127.0.0.1:1/k.dtd">', "1001"),
        ('<!DOCTYPE k [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;">]>', "&b;"),
        ("<!DOCTYPE k>", "1001"),
    ],
)
def test_a_file_with_a_document_type_is_refused(declared: str, number: str) -> None:
    """Also one that is harmless: of what is declared nothing is read."""
    content = pskc(key_package(number)).decode().replace("?>", f"?>{declared}", 1)
    assert findings(content)[0].startswith("the file: it cannot be read as XML")


def test_neither_a_finding_nor_a_token_shows_a_secret() -> None:
    shown = repr(read(csv_text(f",1001,{BASE32},30,,"))) + "".join(findings(csv_text(f",1001,{BASE32}!,30,,")))
    assert BASE32 not in shown
    assert SECRET.decode() not in shown


SOMEWHERE = st.integers(0, 10_000)


@given(st.binary(max_size=600))
def test_no_bytes_make_it_raise_anything_else(content: bytes) -> None:
    for begin in (b"", b"<", b"\xff\xfe<\0", b"serialNumber,secretKey\n"):
        total(begin + content)


@given(
    st.sampled_from([ENCRYPTED.encode(), pskc(key_package()), csv_text(f",1,{BASE32},30,,")]), SOMEWHERE, st.binary()
)
def test_no_change_of_a_good_file_makes_it_raise_anything_else(good: bytes, place: int, instead: bytes) -> None:
    place %= len(good)
    total(good[:place] + instead + good[place + len(instead) :])
    total(good[:place])


def total(content: bytes) -> None:
    """Read it: all of it, or findings."""
    with suppress(TokenFileError):
        assert read_tokens(content, KEY)


NAMES = st.from_regex(r"[A-Za-z0-9]{1,12}", fullmatch=True)


TOKENS = st.tuples(NAMES, st.binary(min_size=16, max_size=64))


@given(st.lists(TOKENS, min_size=1, unique_by=lambda pair: pair[0].upper()))
def test_what_is_written_is_read_in_its_order(pairs: list[tuple[str, bytes]]) -> None:
    def given_back(content: bytes) -> list[tuple[str, bytes]]:
        return [(token.serial_number, token.secret.get_secret_value()) for token in read_tokens(content)]

    hexed = csv_text(*(f",{number},{secret.hex()},30,," for number, secret in pairs))
    packed = pskc(*(key_package(number, secret=secret) for number, secret in pairs))
    for left, right in pairwise((pairs, given_back(hexed), given_back(packed))):
        assert left == right
