"""Examples of the calls about policies."""

from typing import Any

from services.enrollment.api.examples import NOON, named

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
POLICY_CHANGES = named(
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
