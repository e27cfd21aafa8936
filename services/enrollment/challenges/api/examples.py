"""Examples of the calls about challenges."""

from typing import Any

from services.enrollment.api.examples import LATER, identifier, named

CHALLENGE: dict[str, Any] = {
    "id": identifier("10"),
    "purpose": "signIn",
    "status": "pending",
    "method": {"id": identifier("12"), "type": "phone", "displayName": "+44 •••• ••0142"},
    "delivery": {"state": "sent", "provider": "twilio-a", "sends": 1},
    "attemptsLeft": 5,
    "expiresAt": LATER,
    "resendAfter": "2026-11-24T12:00:30Z",
    "alternatives": [{"methodId": identifier("14"), "type": "passkey", "displayName": "Passkey"}],
    "proofsRequired": 1,
}
VERIFIED = {name: value for name, value in CHALLENGE.items() if name != "resendAfter"} | {
    "status": "verified",
    "proof": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzYW0uMSJ9.c2lnbmF0dXJl",
}
STREAM = 'event: challenge\ndata: {"id":"0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f10","status":"pending"}\n\n'
CHALLENGES = named(
    the_best_method={
        "purpose": "signIn",
        "context": {"appName": "Payroll", "location": "Leeds", "ipAddress": "203.0.113.7"},
    },
    one_method={"purpose": "stepUp", "methodId": identifier("12")},
    on_our_page={"purpose": "signIn", "returnUrl": "http://127.0.0.1:8010/verified?state=6f0d"},
)
ANSWERS = named(
    a_code={"code": "123456"},
    answers={"answers": [{"questionId": "first-pet", "answer": "Bramble"}]},
    a_passkey={
        "credential": {
            "id": "c29tZS1jcmVkZW50aWFs",
            "rawId": "c29tZS1jcmVkZW50aWFs",
            "type": "public-key",
            "response": {
                "clientDataJSON": "e30",
                "authenticatorData": "AAAA",
                "signature": "MEUCIQ",
            },
        }
    },
)
RESENDS = named(the_same_way={}, by_a_call={"delivery": "voice"}, by_whatsapp={"delivery": "whatsapp"})
