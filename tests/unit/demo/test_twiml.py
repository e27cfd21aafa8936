"""The handset understands the TwiML of a call for a code."""

import pytest

from deploy.demo.handset.twiml import Gather, Hangup, Pause, Redirect, Say, TwimlBrokenError, parse

DOCUMENT = """<?xml version="1.0"?>
<Response>
  <Gather action="/keys" numDigits="1" finishOnKey="" timeout="10" actionOnEmptyResult="true">
    <Say>Your code is 4, 8, 2.</Say><Pause length="2"/>
  </Gather>
  <Unknown/>
  <Redirect method="GET">/again</Redirect>
  <Hangup/>
</Response>"""


def test_verbs_are_read_in_order_and_unknown_ones_passed_over() -> None:
    gather, redirect, hangup = parse(DOCUMENT)
    assert gather == Gather((Say("Your code is 4, 8, 2."), Pause(2)), "/keys", "POST", 10, "", 1, action_on_empty=True)
    assert (redirect, hangup) == (Redirect("/again", "GET"), Hangup())


@pytest.mark.parametrize("document", ["", "<Response>", "<Other/>", "<!DOCTYPE x><Response/>", " " * 70_000])
def test_what_is_no_twiml_is_refused(document: str) -> None:
    with pytest.raises(TwimlBrokenError):
        parse(document)


def gather(finish_on_key: str = "#", num_digits: int | None = None) -> Gather:
    return Gather((), "/keys", "POST", 5, finish_on_key, num_digits, action_on_empty=False)


@pytest.mark.parametrize(
    ("verb", "keys", "complete", "digits"),
    [
        (gather(), "12", False, "12"),
        (gather(), "12#", True, "12"),
        (gather(), "#", True, ""),
        (gather("", 1), "#", True, "#"),
        (gather("", 2), "0#", True, "0#"),
        (gather("#", 2), "123", True, "12"),
    ],
)
def test_keys_are_gathered_as_the_provider_does(verb: Gather, keys: str, complete: bool, digits: str) -> None:
    assert (verb.is_complete(keys), verb.digits(keys)) == (complete, digits)
