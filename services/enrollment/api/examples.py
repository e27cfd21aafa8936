"""Examples of the OpenAPI document. A test sends the requests to a running stack, another checks the answers against
the schemas."""

from typing import Any

NOON = "2026-11-24T12:00:00Z"
LATER = "2026-11-24T12:05:00Z"
MOBILE_ID = "3179e48a-750b-4051-897c-87b9720928f7"
EMAIL_ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"


def _id(last: str) -> str:
    return f"0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f{last}"


def _named(**bodies: object) -> dict[str, Any]:
    """Request bodies by name."""
    return {name: {"summary": name.replace("_", " "), "value": body} for name, body in bodies.items()}


# interrupts

INTERRUPTS = _named(
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
    "id": _id("13"),
    "decision": "register",
    "url": "http://localhost:8000/security-info/start?ticket=2vQ0kYc0mJ0nq4c1m3Yw5w",
    "expiresAt": LATER,
}
INTERRUPT = {"id": _id("13"), "status": "completed", "methods": ["phone"], "completedAt": LATER}
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

# challenges

CHALLENGE: dict[str, Any] = {
    "id": _id("10"),
    "purpose": "signIn",
    "status": "pending",
    "method": {"id": _id("12"), "type": "phone", "displayName": "+44 •••• ••0142"},
    "delivery": {"state": "sent", "provider": "twilio-a", "sends": 1},
    "attemptsLeft": 5,
    "expiresAt": LATER,
    "resendAfter": "2026-11-24T12:00:30Z",
    "alternatives": [{"methodId": _id("14"), "type": "passkey", "displayName": "Passkey"}],
    "proofsRequired": 1,
}
VERIFIED = {name: value for name, value in CHALLENGE.items() if name != "resendAfter"} | {
    "status": "verified",
    "proof": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzYW0uMSJ9.c2lnbmF0dXJl",
}
STREAM = 'event: challenge\ndata: {"id":"0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f10","status":"pending"}\n\n'
CHALLENGES = _named(
    the_best_method={
        "purpose": "signIn",
        "context": {"appName": "Payroll", "location": "Leeds", "ipAddress": "203.0.113.7"},
    },
    one_method={"purpose": "stepUp", "methodId": _id("12")},
    on_our_page={"purpose": "signIn", "returnUrl": "http://127.0.0.1:8010/verified?state=6f0d"},
)
ANSWERS = _named(
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
RESENDS = _named(the_same_way={}, by_a_call={"delivery": "voice"})

# registrations

REGISTRATIONS = _named(
    phone_by_text={
        "type": "phone",
        "phoneNumber": "+44 7700900142",
        "phoneType": "mobile",
        "delivery": "sms",
    },
    email={"type": "email", "emailAddress": "sam@home.example"},
    authenticator_app={"type": "authenticatorApp", "displayName": "Work phone"},
    a_different_authenticator_app={"type": "softwareOath"},
    passkey={"type": "passkey"},
    security_questions={
        "type": "securityQuestions",
        "answers": [
            {"questionId": "first-pet", "answer": "Bramble"},
            {"questionId": "first-car", "answer": "a blue Beetle"},
            {"questionId": "parents-met", "answer": "Whitby"},
        ],
    },
    recovery_codes={"type": "recoveryCodes"},
)
REGISTRATION: dict[str, Any] = {
    "id": _id("11"),
    "type": "phone",
    "methodId": _id("12"),
    "state": "pending",
    "challenge": {**CHALLENGE, "purpose": "registration", "alternatives": []},
}

# methods

METHOD: dict[str, Any] = {
    "id": _id("12"),
    "type": "phone",
    "displayName": "+44 •••• ••0142",
    "state": "active",
    "isDefault": True,
    "createdDateTime": NOON,
    "lastUsedDateTime": LATER,
}
METHODS = {
    "value": [METHOD],
    "@odata.nextLink": "http://localhost:8000/v1.0/users/sam.1/authentication/methods?%24top=1&%24skiptoken=MjAyNg",
}
METHOD_CHANGES = _named(a_name={"displayName": "My own phone"}, another_number={"phoneNumber": "+44 7700900143"})
DEFAULTS = _named(use_it_first={"methodId": _id("12")})
PASSES = _named(for_an_hour={}, once={"lifetimeInMinutes": 30, "isUsableOnce": True})
PASS: dict[str, Any] = {
    "id": _id("15"),
    "temporaryAccessPass": "kT7mWq4xRz9b",
    "lifetimeInMinutes": 60,
    "isUsableOnce": False,
    "isUsable": True,
    "createdDateTime": NOON,
    "startDateTime": NOON,
}
PASS_LIST = {"value": [{name: value for name, value in PASS.items() if name != "temporaryAccessPass"}]}
QUESTIONS = {"value": [{"id": "first-pet", "text": "What was the name of your first pet?"}]}

# policies

POLICY: dict[str, Any] = {
    "id": "authenticationMethodsPolicy",
    "displayName": "Northbridge",
    "policyVersion": "2",
    "lastModifiedDateTime": NOON,
    "authenticationMethodConfigurations": [
        {
            "id": "phone",
            "state": "enabled",
            "includeTargets": [{"targetType": "group", "id": "frontline"}],
            "excludeTargets": [],
        }
    ],
    "registrationEnforcement": {
        "defaultGroup": "frontline",
        "groups": [
            {
                "id": "frontline",
                "required": ["phone"],
                "number": None,
                "twoStep": {"required": [], "number": 1, "methods": []},
                "reset": {"required": [], "number": 1, "methods": ["phone"]},
                "order": ["phone"],
                "mayChooseDifferent": True,
                "registrationProof": "nothing",
                "skip": None,
                "confirmEveryDays": 180,
                "profile": "entra",
                "codeMinutes": 5,
                "tries": 5,
                "numberDigits": 2,
                "voice": "key",
                "sessionMinutes": 15,
            }
        ],
    },
    "warnings": [
        {
            "code": "telephonyOnly",
            "severity": "warning",
            "group": "frontline",
            "clause": "NIST SP 800-63B-4, 3.1.3.3 and 3.2.9",
            "text": "The phone is restricted, and no alternative is offered. Allow an authenticator app or a passkey.",
        }
    ],
}
POLICY_CHANGES = _named(
    for_whom_a_method_is={
        "authenticationMethodConfigurations": [
            {
                "id": "recoveryCodes",
                "state": "enabled",
                "includeTargets": [{"targetType": "group", "id": "all_users"}],
                "excludeTargets": [],
            }
        ]
    },
    what_each_group_must_have={
        "registrationEnforcement": {
            "defaultGroup": "frontline",
            "groups": [
                {"id": "frontline", "required": ["phone"]},
                {
                    "id": "staff",
                    "twoStep": {"number": 1, "methods": ["authenticatorApp", "phone"]},
                    "reset": {"number": 2},
                    "order": ["authenticatorApp"],
                    "mayChooseDifferent": True,
                    "registrationProof": "temporaryAccessPass",
                },
            ],
        }
    },
)

# reports

REPORT = {
    "value": [
        {
            "id": "sam.1",
            "userPrincipalName": "sam@northbridge.example",
            "isMfaRegistered": True,
            "isMfaCapable": True,
            "isSsprRegistered": True,
            "isSsprCapable": True,
            "isPasswordlessCapable": False,
            "isComplete": True,
            "methodsRegistered": ["phone", "email"],
            "defaultMfaMethod": "phone",
        }
    ],
    "@odata.nextLink": "http://localhost:8000/v1.0/reports/authenticationMethods/userRegistrationDetails"
    "?%24top=1&%24skiptoken=c2FtLjE",
}

# Graph

PHONE: dict[str, Any] = {
    "id": MOBILE_ID,
    "phoneNumber": "+44 •••• ••0142",
    "phoneType": "mobile",
    "smsSignInState": "notSupported",
    "createdDateTime": NOON,
}
NEW_PHONE = {name: value for name, value in PHONE.items() if name != "createdDateTime"} | {
    "challenge": REGISTRATION["challenge"]
}
PHONES = {"value": [PHONE]}
NEW_PHONES = _named(
    mobile={"phoneNumber": "+44 7700900144", "phoneType": "mobile"},
    office={"phoneNumber": "+44 7700900145 x123", "phoneType": "office"},
)
PHONE_CHANGES = _named(another_number={"phoneNumber": "+44 7700900146", "phoneType": "mobile"})
EMAIL: dict[str, Any] = {"id": EMAIL_ID, "emailAddress": "s•••@home.example", "createdDateTime": NOON}
NEW_EMAIL = {
    "id": EMAIL_ID,
    "emailAddress": "s•••@home.example",
    "challenge": {
        **REGISTRATION["challenge"],
        "method": {"id": _id("16"), "type": "email", "displayName": "s•••@home.example"},
    },
}
EMAILS = {"value": [EMAIL]}
NEW_EMAILS = _named(an_address={"emailAddress": "sam@home.example"})

# devices

CONFIGURATION = {
    "vapidPublicKey": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
}
CONNECTED = {
    "deviceId": _id("17"),
    "account": {"organization": "Northbridge", "user": "sam@northbridge.example"},
    "requestsUrl": "http://localhost:8000/device/v1/requests",
}
REQUESTS = [
    {
        "challengeId": _id("10"),
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
SIGNED = "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl"
