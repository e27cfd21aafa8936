"""All attacks by class. The quick ones, in this process, are part of `make test`."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attack import sequences
from tests.attack.attacks import (
    bodies,
    callbacks,
    devices,
    enumeration,
    generated,
    guessing,
    headers,
    injection,
    messages,
    operators,
    parsers,
    people,
    platforms,
    slow,
    ssrf,
)
from tests.attack.attempt import Attack, Plan


@dataclass(frozen=True)
class Kind:
    """A class of attacks, and what of the product's promises it tries."""

    name: str
    promise: str
    attacks: tuple[Attack, ...]
    total: Callable[[Plan], int] | None = None
    """How many attempts come of a plan, about; where that can be long."""


BODIES = (bodies.oversized, bodies.malformed, bodies.other_types)

KINDS: tuple[Kind, ...] = (
    Kind("no token, or a forged one", "every route of platforms refuses it with 401", (platforms.forged,)),
    Kind("missing scope", "403, whatever else is right", (platforms.unscoped,)),
    Kind(
        "another tenant, client or person",
        "404, and nothing is told or changed",
        (platforms.other_tenant, platforms.other_client, platforms.other_person),
    ),
    Kind("replay", "what counts once is refused again", (platforms.replayed, devices.replayed)),
    Kind("devices", "another key, address, time or request is 401", (devices.requests, devices.answers)),
    Kind("pages without a session", "nothing is shown or done", (people.without_session, people.tickets)),
    Kind("forged forms", "a form of another session is 403", (people.forged_forms, operators.forged_forms)),
    Kind("a way around", "no form says that all is done before it is", (people.unfinished,)),
    Kind("another person's pages", "nothing is shown or changed", (people.other_person,)),
    Kind(
        "Operations",
        "each right opens its own pages, for people of one's own organisation",
        (operators.other_rights, operators.other_tenant, operators.unproven, operators.protected),
    ),
    Kind("sessions", "no fixation, one use of a ticket, an end is an end", (people.sessions,)),
    Kind("floods of forms", "60 a minute of a session, whichever they are", (people.floods,)),
    Kind(
        "guesses",
        "five of a challenge, ten of a method, whatever is at once or restarted",
        (
            guessing.at_once,
            guessing.over_challenges,
            guessing.side_by_side,
            guessing.over_restarts,
            guessing.activation,
            guessing.numbers,
        ),
    ),
    Kind("enumeration", "what there is and what there is not is answered alike", (enumeration.alike,)),
    Kind("enumeration by time", "and as fast", (enumeration.as_fast,)),
    Kind(
        "injection",
        "text stays text",
        (injection.on_pages, injection.in_names, injection.in_addresses, injection.in_bodies, injection.returns),
    ),
    Kind("messages and logs", "text stays text", (messages.mails, messages.texts_and_calls, messages.log_lines)),
    Kind("reports of providers", "what nobody signed is refused, whatever it holds", (callbacks.reports,)),
    Kind("SSRF", "no address of a stranger's choice is asked", (ssrf.push_endpoints, ssrf.key_sets)),
    Kind("mass assignment", "a field that is not described is refused", (bodies.mass_assignment,)),
    Kind(
        "bodies", "too large, too deep, of another type: 4xx", (bodies.oversized, bodies.malformed, bodies.other_types)
    ),
    Kind("headers and cookies", "the OWASP list is met on every page", (headers.graded, headers.cookies)),
    Kind("slow clients", "each connection ends, others are served meanwhile", (slow.crowds, slow.many_idle)),
    Kind("parsers", "read or refused as documented, within a second", (parsers.total,)),
    Kind(
        "generated sequences",
        "the same along the links; what is gone is gone",
        (sequences.sequences,),
        lambda plan: 4 * sequences.count_of(plan) // 3,
    ),
    Kind(
        "generated requests",
        "no 5xx, and answers as they are described",
        (generated.requests,),
        lambda plan: plan.requests,
    ),
)
