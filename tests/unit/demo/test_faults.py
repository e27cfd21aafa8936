"""The modes that a provider can be put into."""

import pytest
from pydantic import ValidationError

from deploy.demo.handset.faults import Fault, Faults, Mode, Provider


def test_all_is_well_at_first() -> None:
    assert {fault.mode for fault in Faults().all()} == {Mode.OK}


def test_a_fault_concerns_one_provider() -> None:
    faults = Faults()
    faults.put(Fault(provider=Provider.TWILIO_A, mode=Mode.REJECT))
    assert faults.of(Provider.TWILIO_A).mode is Mode.REJECT
    assert faults.of(Provider.TWILIO_B).mode is Mode.OK


@pytest.mark.parametrize(("mode", "seconds"), [(mode, 0.25 if mode is Mode.SLOW else 0.0) for mode in Mode])
def test_only_slow_waits(mode: Mode, seconds: float) -> None:
    assert Fault(provider=Provider.VOICE, mode=mode, delay_ms=250).delay == seconds


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "twilio-c", "mode": "ok"},
        {"provider": "smtp", "mode": "explode"},
        {"provider": "smtp", "mode": "slow", "delayMs": -1},
        {"provider": "smtp", "mode": "slow", "delay": 1},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(body)
