"""Any policy, and what it asks for, said once more in other words than the product's."""

from collections.abc import Collection
from typing import get_args

from hypothesis import strategies as st

from schemas.base import MethodType
from services.enrollment.methods.registry.domain import MOST_SECURE_FIRST
from services.enrollment.policies.domain.requirements import GroupPolicy, ProfileName, Use

KINDS = get_args(MethodType)
SECOND_FACTORS = {"passkey", "authenticatorApp", "softwareOath", "hardwareOath", "phone", "recoveryCodes"}
FOR_RECOVERY = {"email", "securityQuestions"}

SOME = st.lists(st.sampled_from(KINDS), unique=True, max_size=3).map(tuple)
ANY = st.lists(st.sampled_from(KINDS), unique=True).map(tuple)
USES = st.builds(Use, required=SOME, number=st.none() | st.integers(1, 3), methods=st.just(()) | ANY)
POLICIES = st.builds(
    GroupPolicy,
    required=SOME,
    allowed=ANY,
    number=st.none() | st.integers(1, 5),
    two_step=st.none() | USES,
    reset=st.none() | USES,
    order=ANY,
    may_choose_different=st.booleans(),
    profile=st.sampled_from(get_args(ProfileName)),
)


def has_all(policy: GroupPolicy, had: Collection[MethodType]) -> bool:
    """Whether these types are all that the organisation asks for."""
    own = set(had) & set(MOST_SECURE_FIRST)
    resetting = SECOND_FACTORS | (FOR_RECOVERY if policy.profile == "entra" else set())
    parts = [
        (policy.required, policy.number, own),
        *(
            (use.required, use.number, own & can & ({*use.methods, *use.required} if use.methods else can))
            for use, can in ((policy.two_step, SECOND_FACTORS), (policy.reset, resetting))
            if use
        ),
    ]
    everything = {kind for required, _, _ in parts for kind in required}
    other_app = "softwareOath" in policy.allowed and "softwareOath" not in everything
    for required, number, counted in parts:
        as_app = {"authenticatorApp"} if other_app and "softwareOath" in counted else set()
        if not set(required) <= counted | as_app or len(counted) < (number or 0):
            return False
    return True
