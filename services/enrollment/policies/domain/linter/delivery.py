"""Whether codes can arrive: each channel needs a provider."""

from collections.abc import Collection, Iterator

from schemas.base import Channel, MethodType
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.linter.reach import can_be_complete_with, offered_methods
from services.enrollment.policies.domain.requirements import GroupPolicy

DELIVERED_BY: dict[MethodType, frozenset[Channel]] = {
    "phone": frozenset({"sms", "voice"}),
    "email": frozenset({"email"}),
}
"""Types that need a provider, and through which channels: one of them is enough."""


def undeliverable(policy: GroupPolicy, channels: Collection[Channel] | None) -> Iterator[Finding]:
    if channels is None:
        return
    offered = offered_methods(policy)
    silent = [
        method_type
        for method_type in offered
        if method_type in DELIVERED_BY and DELIVERED_BY[method_type].isdisjoint(channels)
    ]
    needed = not can_be_complete_with(policy, [method_type for method_type in offered if method_type not in silent])
    for method_type in silent:
        yield Finding(
            code="noProvider",
            severity="error" if needed else "warning",
            text=f"{method_type} is {'needed' if needed else 'offered'}, but no provider is configured for "
            f"{' or '.join(sorted(DELIVERED_BY[method_type]))}: no code would arrive.",
        )
