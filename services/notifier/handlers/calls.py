"""What is said to a person who answers a call, and what follows from the keys that they press."""

from functools import partial

from services.kit.crypto.codes import call_proof
from services.notifier.channels.voice import Ending, Script
from services.notifier.dependencies import Dependencies
from services.notifier.domain.calls import decided, may_speak
from services.notifier.domain.delivery import CallDecision, Delivery
from services.notifier.handlers.composing import code_of, organization_of

DECISIONS: dict[str, CallDecision] = {"#": "confirm", "0#": "report"}
ENDINGS: dict[CallDecision, Ending] = {"confirm": "confirmed", "report": "reported"}
MOST_ROUNDS = 2
UNKNOWN_LOCALE = "en"


def answered(delivery: Delivery | None, *, keys_url: str, script: Script, deps: Dependencies) -> str:
    """What the call says first; it is composed anew whenever it is asked for."""
    if delivery is None:
        return script.ending(UNKNOWN_LOCALE, "over")
    if not may_speak(delivery, deps.clock.now()):
        return _ended(delivery, script)
    organization, code = organization_of(delivery, deps), code_of(delivery, deps)
    if code:
        return script.code(delivery.locale, organization=organization, code=code.get_secret_value())
    return script.question(delivery.locale, organization=organization, keys_url=keys_url)


async def pressed(
    delivery: Delivery | None, keys: str, rounds: int, *, keys_url: str, script: Script, deps: Dependencies
) -> str:
    """Note what was pressed, and say what comes of it. What is no answer is asked for once more.

    `rounds` counts how often it was asked for, `keys_url` takes the next answer.
    """
    decision = DECISIONS.get(keys)
    if delivery is None or decision is None:
        if rounds < MOST_ROUNDS:
            return answered(delivery, keys_url=keys_url, script=script, deps=deps)
        return script.ending(delivery.locale if delivery else UNKNOWN_LOCALE, "unanswered")
    after = await _decide(delivery, decision, deps)
    return _ended(after or delivery, script)


async def _decide(delivery: Delivery, decision: CallDecision, deps: Dependencies) -> Delivery | None:
    if delivery.terms is None or delivery.terms.code is None:
        return delivery
    proof = call_proof(deps.keyring, delivery.terms, tenant=delivery.tenant, decision=decision)
    decide = partial(decided, decision=decision, proof=proof, at=deps.clock.now())
    return await deps.store.change(delivery, decide)


def _ended(delivery: Delivery, script: Script) -> str:
    return script.ending(delivery.locale, ENDINGS[delivery.decision] if delivery.decision else "over")
