"""What the organisation asks of a person, and what is still missing."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import combinations

from schemas.base import MethodType
from services.enrollment.methods.registry.domain import MOST_SECURE_FIRST, PROPOSED_FIRST, TRAITS
from services.enrollment.policies.domain.acceptance import UseName, counts, proves, use_of
from services.enrollment.policies.domain.requirements import GroupPolicy

USES: tuple[UseName, ...] = ("two_step", "reset")

Types = frozenset[MethodType]


def missing_methods(policy: GroupPolicy, on_file: Collection[MethodType]) -> tuple[MethodType, ...]:
    """The least wizard: the fewest types that, with those on file, give all that the policy asks for at once.

    Of several such sets the one that has the required types themselves, then the one that is proposed first. It begins
    with a type that counts for two-step verification, if it has one; required ones come most secure first. Where
    nothing can give all of it (the linter says so), it is what comes closest, so that nobody is held for ever.
    """
    return _least(policy, frozenset(on_file))


def is_complete(policy: GroupPolicy, on_file: Collection[MethodType]) -> bool:
    return not missing_methods(policy, on_file)


def lacking(policy: GroupPolicy, on_file: Collection[MethodType]) -> int:
    """How far these types are from what the policy asks for, 0 where nothing is lacking: required types without a
    stand-in, and how many types each number is short of, for all together and for each use."""
    had = frozenset(method_type for method_type in on_file if method_type in MOST_SECURE_FIRST)
    short = _short(policy, policy.required, policy.number, had)
    for use in USES:
        asked = use_of(policy, use)
        counted = frozenset(method_type for method_type in had if counts(policy, use, method_type))
        short += _short(policy, asked.required, asked.number, counted)
    return short


def continued(
    policy: GroupPolicy, plan: tuple[MethodType, ...], on_file: Collection[MethodType]
) -> tuple[MethodType, ...]:
    """How a plan goes on under the policy that holds now: as the person chose where that still gives all with as few
    steps as possible, else with what is missing by now."""
    rest, least = [method_type for method_type in plan if method_type not in on_file], missing_methods(policy, on_file)
    gives_as_much = lacking(policy, (*on_file, *rest)) <= lacking(policy, (*on_file, *least))
    if gives_as_much and len(rest) == len(least) and all(is_allowed(policy, method_type) for method_type in rest):
        return plan
    return (*(method_type for method_type in plan if method_type in on_file), *least)


def required_types(policy: GroupPolicy) -> Types:
    return frozenset((*policy.required, *(method_type for use in USES for method_type in use_of(policy, use).required)))


def is_allowed(policy: GroupPolicy, method_type: MethodType) -> bool:
    return method_type in policy.allowed or method_type in required_types(policy)


def may_be_added(policy: GroupPolicy, method_type: MethodType, on_file: Collection[MethodType]) -> bool:
    """Whether it may be registered beside what is on file. What the profile never takes as a proof comes after
    something that it takes: whoever had it alone could get neither in nor on."""
    return is_allowed(policy, method_type) and (
        proves(policy, method_type) or any(proves(policy, registered) for registered in on_file)
    )


def allowed_methods(policy: GroupPolicy) -> tuple[MethodType, ...]:
    return tuple(method_type for method_type in _in_order(policy, PROPOSED_FIRST) if is_allowed(policy, method_type))


def stand_ins(policy: GroupPolicy, method_type: MethodType) -> tuple[MethodType, ...]:
    """What counts as the type that is required. What is required itself counts only for itself."""
    required = required_types(policy)
    return tuple(
        stand_in
        for stand_in in TRAITS[method_type].stand_ins
        if stand_in in policy.allowed and stand_in not in required
    )


def instead_of(
    policy: GroupPolicy, planned: MethodType, plan: Collection[MethodType], on_file: Collection[MethodType]
) -> tuple[MethodType, ...]:
    """What may be set up now instead of `planned`: what stands in for it, and, where the person may choose, what must
    be set up anyhow and whatever leads to as much with as many steps. Where nothing may be chosen, only a stand-in."""
    candidates = stand_ins(policy, planned)
    if policy.may_choose_different:
        candidates += (*plan, *allowed_methods(policy))
    return tuple(
        method_type
        for method_type in dict.fromkeys(candidates)
        if method_type not in {planned, *on_file}
        and (method_type in plan or _does_as_well(policy, planned, method_type, plan, on_file))
        and _may_come_now(policy, planned, method_type, on_file)
    )


def replanned(plan: tuple[MethodType, ...], planned: MethodType, chosen: MethodType) -> tuple[MethodType, ...]:
    """The plan after a person chose something else: what is in it is done first; else it takes the place of
    `planned`.
    """
    if chosen in plan:
        rest = [method_type for method_type in plan if method_type != chosen]
        rest.insert(rest.index(planned) if planned in rest else 0, chosen)
        return tuple(rest)
    return tuple(chosen if method_type == planned else method_type for method_type in plan)


def is_covered(policy: GroupPolicy, method_type: MethodType, on_file: Collection[MethodType]) -> bool:
    return method_type in on_file or any(stand_in in on_file for stand_in in stand_ins(policy, method_type))


@lru_cache(maxsize=4096)
def _least(policy: GroupPolicy, had: Types) -> tuple[MethodType, ...]:
    free = [method_type for method_type in allowed_methods(policy) if method_type not in had]
    named = frozenset(method_type for method_type in required_types(policy) if not is_covered(policy, method_type, had))
    ways = (way for size in range(len(free) + 1) for way in combinations(free, size))
    best = min(ways, key=lambda way: (lacking(policy, had.union(way)), len(way), -len(named.intersection(way))))
    return _as_proposed(policy, best)


def _as_proposed(policy: GroupPolicy, types: Iterable[MethodType]) -> tuple[MethodType, ...]:
    required, chosen = required_types(policy), set(types)
    by_security = [
        method_type for method_type in _in_order(policy, MOST_SECURE_FIRST) if method_type in chosen & required
    ]
    plan = [
        *by_security,
        *(method_type for method_type in _in_order(policy, PROPOSED_FIRST) if method_type in chosen - required),
    ]
    return tuple(sorted(plan, key=lambda method_type: method_type != _first(policy, plan)))


def _first(policy: GroupPolicy, plan: Iterable[MethodType]) -> MethodType | None:
    return next((method_type for method_type in plan if counts(policy, "two_step", method_type)), None)


def _in_order(policy: GroupPolicy, types: tuple[MethodType, ...]) -> tuple[MethodType, ...]:
    return tuple(dict.fromkeys((*(method_type for method_type in policy.order if method_type in types), *types)))


def _short(policy: GroupPolicy, required: Iterable[MethodType], number: int | None, had: Types) -> int:
    uncovered = sum(not is_covered(policy, method_type, had) for method_type in set(required))
    return uncovered + max((number or 0) - len(had), 0)


def _does_as_well(
    policy: GroupPolicy,
    planned: MethodType,
    method_type: MethodType,
    plan: Collection[MethodType],
    on_file: Collection[MethodType],
) -> bool:
    instead = {*on_file, method_type, *(other for other in plan if other != planned)}
    return lacking(policy, instead) <= lacking(policy, {*on_file, *plan})


def _may_come_now(
    policy: GroupPolicy, planned: MethodType, method_type: MethodType, on_file: Collection[MethodType]
) -> bool:
    """Whoever has nothing yet that proves them sets up something that does: interrupted afterwards, nobody may be left
    with what lets them neither in nor on."""

    def is_foundation(method_type: MethodType) -> bool:
        return counts(policy, "two_step", method_type) if policy.two_step else proves(policy, method_type)

    return (
        is_foundation(method_type)
        or not is_foundation(planned)
        or any(is_foundation(registered) for registered in on_file)
    )
