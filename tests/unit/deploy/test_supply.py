"""What the tools that lock and audit are told."""

import pytest

from deploy.supply.locks import BUILD, DEV, RUNTIME, read
from deploy.supply.resolve import arguments
from deploy.supply.tools import passed_on

HASH = "0" * 64


def test_uv_asks_the_index_that_pip_asks() -> None:
    shown = "global.cert='/etc/ca.crt'\n:env:.index-url='https://b.example/simple'\nglobal.index-url='https://a.example/simple'\n"
    assert passed_on(shown) == {"SSL_CERT_FILE": "/etc/ca.crt", "UV_DEFAULT_INDEX": "https://b.example/simple"}
    assert passed_on("global.default-timeout='180'\n") == {}


def test_what_is_locked_stays_unless_later_ones_are_asked_for() -> None:
    assert "--upgrade" not in arguments(DEV, (), everything=False, days=7)
    assert "--upgrade" in arguments(DEV, (), everything=True, days=7)
    assert arguments(DEV, ("fastapi",), everything=False, days=7)[-2:] == ("--upgrade-package", "fastapi")


def test_a_release_is_some_days_old_unless_a_mend_is_urgent() -> None:
    assert "7 days" in arguments(DEV, (), everything=False, days=7)
    assert "--exclude-newer" not in arguments(DEV, (), everything=False, days=0)


def test_the_image_and_the_build_take_the_versions_of_the_tests() -> None:
    for lock in (RUNTIME, BUILD):
        told = arguments(lock, (), everything=False, days=7)
        assert told[told.index("--constraint") + 1] == "requirements/dev.txt"


def test_a_lock_is_read() -> None:
    text = f"""# made
ab-c==1.2 ; python_full_version < '3.12' \\
    --hash=sha256:{HASH}
    # via
    #   -c requirements/dev.txt
    #   d-e
    #   security-info (pyproject.toml)
"""
    (entry,) = read(text)
    assert (str(entry.name), entry.version) == ("ab-c", "1.2")
    assert (set(entry.hashes), set(entry.via)) == ({HASH}, {"d-e", "security-info"})
    assert (entry.counts_for("3.11"), entry.counts_for("3.12")) == (True, False)


@pytest.mark.parametrize(
    "line",
    [
        "a==1",
        f"a>=1 \\\n    --hash=sha256:{HASH}",
        "a==1 \\\n    --hash=md5:0",
        f"a==1 \\\n    --hash=sha256:{HASH}\n--index-url https://a.example/simple",
        "a @ https://a.example/a.whl",
    ],
)
def test_what_is_not_pinned_with_hashes_is_no_lock(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - packaging's own for some
        read(f"{line}\n")
