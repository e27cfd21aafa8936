"""Requests are signed as Twilio signs them."""

from deploy.demo.handset.signature import sign

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMETERS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


def test_the_example_of_the_providers_documentation() -> None:
    assert sign(TOKEN, URL, PARAMETERS) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_order_of_parameters_does_not_matter() -> None:
    assert sign(TOKEN, URL, dict(reversed(PARAMETERS.items()))) == sign(TOKEN, URL, PARAMETERS)


def test_each_part_counts() -> None:
    signed = sign(TOKEN, URL, PARAMETERS)
    assert signed != sign("54321", URL, PARAMETERS)
    assert signed != sign(TOKEN, URL + "&x", PARAMETERS)
    assert signed != sign(TOKEN, URL, PARAMETERS | {"Digits": "1235"})
