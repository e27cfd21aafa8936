"""Messages and calls as Twilio shows them, alone and in pages."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from deploy.demo.handset.network import rfc2822
from deploy.demo.handset.things import Call, Text

API_VERSION = "2010-04-01"


def matches(request: Request, to: str, sender: str) -> bool:
    wanted = {"To": to, "From": sender}
    return all(request.query_params.get(name, value) == value for name, value in wanted.items())


def page(request: Request, name: str, resources: list[dict[str, Any]]) -> Mapping[str, Any]:
    asked = request.query_params.get("PageSize", "50")
    size = max(1, min(1000, int(asked))) if asked.isdecimal() else 50
    shown = resources[:size]
    return {
        name: shown,
        "page": 0,
        "page_size": size,
        "start": 0,
        "end": max(0, len(shown) - 1),
        "uri": _relative(request.url.path),
        "first_page_uri": _relative(request.url.path),
        "next_page_uri": None,
        "previous_page_uri": None,
    }


def _relative(path: str) -> str:
    return path[path.index(f"/{API_VERSION}") :]


def text_resource(text: Text) -> dict[str, Any]:
    """A message as Twilio describes it."""
    return {
        "account_sid": text.account,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": rfc2822(text.at),
        "date_sent": None if text.status == "queued" else rfc2822(text.at),
        "date_updated": rfc2822(text.at),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": text.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": text.id,
        "status": text.status,
        "to": text.to,
        "uri": f"/{API_VERSION}/Accounts/{text.account}/Messages/{text.id}.json",
    }


def call_resource(call: Call) -> dict[str, Any]:
    """A call as Twilio describes it."""
    return {
        "account_sid": call.account,
        "answered_by": None,
        "api_version": API_VERSION,
        "date_created": rfc2822(call.at),
        "date_updated": rfc2822(call.ended_at or call.answered_at or call.at),
        "direction": "outbound-api",
        "duration": str(call.duration) if call.ended else None,
        "end_time": rfc2822(call.ended_at) if call.ended_at else None,
        "from": call.sender,
        "price": None,
        "price_unit": "USD",
        "sid": call.id,
        "start_time": rfc2822(call.answered_at) if call.answered_at else None,
        "status": call.status,
        "to": call.to,
        "uri": f"/{API_VERSION}/Accounts/{call.account}/Calls/{call.id}.json",
    }
