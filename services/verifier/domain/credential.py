"""What is kept of a person's registered method, so that later proofs can be judged.

```mermaid
stateDiagram-v2
    [*] --> unclaimed: right proof of a registration
    unclaimed --> usable: the method is on file
    unclaimed --> [*]: 14 days later, since nothing came of the registration
    usable --> usable: one of it is used up, or its counter or clock moves
    usable --> usable: another registration of the same method replaces it
    usable --> retired: the method was removed
    retired --> usable: the method was restored, within 7 days
    retired --> [*]: 8 days later
    unclaimed --> [*]: the person was erased
    usable --> [*]: the person was erased
    retired --> [*]: the person was erased
```

It proves the method from its binding on: a verdict must find it, whatever is heard later. Never a plaintext: each kind
keeps what is sealed (the secret of one-time codes), hashed with argon2id (answers, recovery codes, passes) or public (a
passkey's key). The shape of `content` stands beside the kind's method.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import JsonValue

from schemas.verification import ProofKind
from services.kit.decision import Change
from services.kit.state import State
from services.verifier.domain.base import Kept

K = TypeVar("K", bound=Kept)


class Use(State):
    """A part that is good once and was used up by a trial."""

    mark: str
    trial: str
    at: datetime


class Credential(State):
    """What proves one method. `bound_by` is the challenge of its registration, `position` that of the proof that moved
    it last. It is `unclaimed_since` its binding until the method is known to be on file; a registration may be over, or
    come to nothing, by the time at which its proof is judged."""

    tenant: str
    user: str
    method_id: str
    kind: ProofKind
    content: Mapping[str, JsonValue]
    bound_by: str
    bound_at: datetime
    uses: tuple[Use, ...] = ()
    position: int | None = None
    removed_at: datetime | None = None
    unclaimed_since: datetime | None = None

    def kept(self, shape: type[K]) -> K | None:
        return shape.model_validate(self.content) if self.kind == shape.kind else None

    def used(self, mark: str) -> Use | None:
        return next((use for use in self.uses if use.mark == mark), None)

    def used_with(self, mark: str) -> int:
        return len({mark, *(use.mark for use in self.uses)})


def credential_id(tenant: str, user: str, method_id: str) -> str:
    return f"{tenant}/{user}/{method_id}"


def bound(kept: Kept, *, tenant: str, user: str, method_id: str, challenge: str, at: datetime) -> Credential:
    """The credential that a right registration leaves behind."""
    return Credential(
        tenant=tenant,
        user=user,
        method_id=method_id,
        kind=kept.kind,
        content=_content(kept),
        bound_by=challenge,
        bound_at=at,
        unclaimed_since=at,
    )


def register(credential: Credential, fresh: Credential) -> Change[Credential]:
    """Let a new registration of the same method take the place of the old one; what was on file stays there. The same
    one again changes nothing, so that a crash between this and the verdict leaves one credential."""
    if credential.bound_by == fresh.bound_by:
        return Change(credential)
    is_on_file = credential.unclaimed_since is None and credential.removed_at is None
    return Change(fresh.model_copy(update={"unclaimed_since": None}) if is_on_file else fresh)


def claim(credential: Credential) -> Change[Credential]:
    """The method is on file."""
    if credential.unclaimed_since is None:
        return Change(credential)
    return Change(credential.model_copy(update={"unclaimed_since": None}))


def use_up(credential: Credential, mark: str, trial: str, *, at: datetime) -> Change[Credential]:
    """Use up a part that is good once; `has_used` tells whether it was this trial that did."""
    if credential.removed_at or credential.used(mark):
        return Change(credential)
    return Change(credential.model_copy(update={"uses": (*credential.uses, Use(mark=mark, trial=trial, at=at))}))


def move(credential: Credential, kept: Kept, position: int, *, at: datetime) -> Change[Credential]:
    """Keep where a token's counter or clock is since the proof at that position, and never go back behind a higher
    one. Whatever was bound after `at` stays as it is."""
    is_behind = credential.position is not None and position <= credential.position
    if credential.removed_at or is_behind or credential.bound_at > at:
        return Change(credential)
    return Change(credential.model_copy(update={"content": _content(kept), "position": position}))


def has_used(credential: Credential, mark: str, trial: str) -> bool:
    """Whether this trial used the part up, after `use_up`; also when it asks again after a crash."""
    use = credential.used(mark)
    return use is not None and use.trial == trial


def usable(credential: Credential | None) -> Credential | None:
    return None if credential is None or credential.removed_at else credential


def kept_of(credential: Credential | None, shape: type[K]) -> K | None:
    """What was kept of the method, where it is of that kind."""
    return credential.kept(shape) if credential else None


def retire(credential: Credential, *, at: datetime) -> Change[Credential]:
    return Change(credential if credential.removed_at else credential.model_copy(update={"removed_at": at}))


def revive(credential: Credential) -> Change[Credential]:
    """What was used up stays so."""
    return Change(credential.model_copy(update={"removed_at": None}))


def _content(kept: Kept) -> Mapping[str, JsonValue]:
    return kept.model_dump(mode="json", by_alias=True)
