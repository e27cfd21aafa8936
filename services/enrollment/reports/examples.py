"""Examples of the calls about reports."""

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
