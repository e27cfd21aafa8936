"""Examples of the calls of authenticator apps."""

from services.enrollment.api.examples import LATER, NOON, identifier

CONFIGURATION = {
    "vapidPublicKey": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
}
CONNECTED = {
    "deviceId": identifier("17"),
    "account": {"organization": "Northbridge", "accentColor": "#0f5f6b", "user": "sam@northbridge.example"},
    "requestsUrl": "http://localhost:8000/device/v1/requests",
}
REQUESTS = [
    {
        "challengeId": identifier("10"),
        "nonce": "2vQ0kYc0mJ0nq4c1m3Yw5w2vQ0kYc0mJ0nq4c1m3Yw5",
        "purpose": "signIn",
        "appName": "Payroll",
        "location": "Leeds",
        "requestedAt": NOON,
        "expiresAt": LATER,
        "digits": 2,
    }
]
REQUEST_STREAM = "event: requests\ndata: []\n\n"
NOTICES = [
    {
        "noticeId": identifier("18"),
        "text": "Phone (+44 •••• ••0142) was added on 24 November 2026, 12:00 UTC.",
        "happenedAt": NOON,
        "canReport": True,
    }
]
SIGNED = "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl"
