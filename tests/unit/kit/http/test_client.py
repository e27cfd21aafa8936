"""What is believed of where a client is: of those who are trusted, and of nobody else."""

import httpx
import pytest
from fastapi import FastAPI, Request

from services.kit.http.client import TrustedProxies, address_of, country_of

PROXY, STRANGER = "10.1.2.3", "203.0.113.9"
CLIENT = "198.51.100.7"


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/")
    async def seen(request: Request) -> tuple[str, str]:
        return address_of(request), country_of(request, "CF-IPCountry")

    return made


async def seen_from(peer: str, trusted: str, *headers: tuple[str, str]) -> tuple[str, str]:
    behind = TrustedProxies(app(), trusted) if trusted else app()
    transport = httpx.ASGITransport(behind, client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="https://here.example") as http:
        address, country = (await http.get("/", headers=list(headers))).json()
        return address, country


@pytest.mark.parametrize(
    ("peer", "trusted", "believed"),
    [
        (PROXY, "10.0.0.0/8", True),
        (PROXY, "192.0.2.1, 10.1.2.3", True),
        (STRANGER, "10.0.0.0/8", False),
        (STRANGER, "", False),
        (PROXY, "", False),
    ],
)
async def test_address_and_country_are_those_that_a_trusted_proxy_says(
    peer: str, trusted: str, *, believed: bool
) -> None:
    said = [("X-Forwarded-For", CLIENT), ("CF-IPCountry", "FR")]
    assert await seen_from(peer, trusted, *said) == ((CLIENT, "FR") if believed else (peer, ""))


async def test_who_says_that_a_proxy_handed_it_over_is_not_believed() -> None:
    """The proxy's address is no word of the client's."""
    said = [("X-Forwarded-For", PROXY), ("X-Forwarded-For", CLIENT), ("CF-IPCountry", "FR")]
    assert await seen_from(STRANGER, "10.0.0.0/8", *said) == (STRANGER, "")


async def test_of_two_countries_one_is_the_clients_own_word() -> None:
    said = [("CF-IPCountry", "GB"), ("CF-IPCountry", "FR")]
    assert await seen_from(PROXY, "10.0.0.0/8", *said) == (PROXY, "")


@pytest.mark.parametrize(
    ("said", "country"), [("GB", "GB"), ("fr", "FR"), ("XX", ""), ("T1", ""), ("GBR", ""), ("", ""), (None, "")]
)
async def test_a_country_is_two_letters_of_the_header_that_is_named(said: str | None, country: str) -> None:
    headers = [] if said is None else [("CF-IPCountry", said), ("X-Country", "DE")]
    assert await seen_from(PROXY, "10.0.0.0/8", *headers) == (PROXY, country)
