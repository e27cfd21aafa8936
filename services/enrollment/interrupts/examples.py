"""Examples of the calls about interrupts."""

from services.enrollment.api.examples import LATER, NOON, identifier, named

INTERRUPTS = named(
    at_every_sign_in={
        "user": {
            "id": "sam.1",
            "userPrincipalName": "sam@northbridge.example",
            "displayName": "Sam",
            "groups": ["everyone"],
            "emails": ["sam@northbridge.example"],
        },
        "returnUrl": "http://127.0.0.1:8010/return",
        "state": "Zm9yIHRoaXMgc2lnbi1pbiBhbG9uZQ",
        "authenticatedAt": NOON,
        "amr": ["pwd"],
    },
    to_manage={
        "user": {
            "id": "sam.1",
            "userPrincipalName": "sam@northbridge.example",
            "displayName": "Sam",
            "groups": ["everyone"],
        },
        "returnUrl": "http://127.0.0.1:8010/return",
        "intent": "manage",
        "authenticatedAt": NOON,
    },
)
INTERRUPT_ANSWER = {
    "id": identifier("13"),
    "decision": "register",
    "url": "http://localhost:8000/security-info/start?ticket=2vQ0kYc0mJ0nq4c1m3Yw5w",
    "expiresAt": LATER,
}
INTERRUPT = {"id": identifier("13"), "status": "completed", "methods": ["phone"], "completedAt": LATER}
JWKS = {
    "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "kid": "signing-1",
            "use": "sig",
            "alg": "ES256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    ]
}
