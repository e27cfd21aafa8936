"""What may be registered beside what is on file, and what it takes the place of."""

from collections.abc import Sequence

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.challenge import Registration
from services.enrollment.methods.registry.domain import TRAITS
from services.kit.errors import MethodAlreadyRegisteredError, ProblemError


def conflict_of(
    account: Account, method_type: MethodType, registration: Registration, *, but: Sequence[str] = ()
) -> type[ProblemError] | None:
    """Why this cannot be registered beside what is on file, or None.

    `but` are ids of methods that it takes the place of. A suspended method of the same type makes room.
    """
    others = [method for method in account.of_type(method_type) if method.id not in but and method.state == "active"]
    if any(_is_same(method, registration) for method in others):
        return MethodAlreadyRegisteredError
    traits = TRAITS[method_type]
    return traits.conflict(traits, others, registration)


def superseded(account: Account, method_type: MethodType, registration: Registration) -> list[Method]:
    """What goes when this comes: what the person wanted to replace, what is renewed, and what lies suspended in its
    place.
    """
    same = [method for method in account.of_type(method_type) if method.phone_type == registration.phone_type]
    waiting = [method for method in same if method.state != "active" and TRAITS[method_type].has_one_place]
    renewed = same if TRAITS[method_type].is_renewed else []
    replaced = [method for method in account.methods if method.id == registration.replaces]
    return list({method.id: method for method in (*replaced, *renewed, *waiting)}.values())


def _is_same(method: Method, registration: Registration) -> bool:
    same_place = registration.destination_hash is not None and method.destination_hash == registration.destination_hash
    same_key = registration.credential_id is not None and method.credential_id == registration.credential_id
    return same_place or same_key
