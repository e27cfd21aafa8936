"""People in the product of one process: signed in, asked, and what they have."""

from dataclasses import dataclass
from typing import Any

from services.enrollment.methods.authenticator_app.approval import number_of
from services.kit.ids import new_id
from tests.attack.lab import Lab
from tests.attack.scene import (
    App,
    interrupted,
    with_phone,
    with_software,
    with_token,
)
from tests.attack.target import Target
from tests.support.web.walking import Walker


@dataclass(frozen=True)
class World:
    """The product in this process, and the platform that calls it."""

    lab: Lab
    target: Target

    async def person(self) -> str:
        """Somebody whom the platform has met."""
        user = f"kim.{new_id()[-8:]}"
        await interrupted(self.target, user)
        return user

    def walker(self, accepts: str = "") -> Walker:
        """A browser that prefers those languages."""
        walker = Walker(self.target.http, self.target.origin)
        walker.accepts = accepts
        return walker

    async def signed_in(
        self, user: str, /, *, group: str = "everyone", browser: Walker | None = None, **fields: Any
    ) -> Walker:
        """In a new browser or in that one, sent by the platform."""
        begun = await interrupted(self.target, user, group=group, **fields)
        return await (browser or self.walker()).open(begun["url"])

    def told(self, user: str) -> list[str]:
        """What happened to a person, by the types of the events."""
        return [envelope.type for envelope in self.lab.log.told if envelope.subject == user]

    async def number_of(self, app: App) -> str:
        """What the page shows of an app's request."""
        stored = await self.lab.components.deps.challenges.get(app.request["challengeId"])
        assert stored is not None
        return number_of(stored.state, self.lab.components.deps.sealer)

    async def id_of(self, user: str, kind: str) -> str:
        return next(str(method["id"]) for method in await self.methods(user) if method["type"] == kind)

    async def methods(self, user: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.target.done("GET", address_of(user, "methods")))["value"]
        return found


def address_of(user: str, what: str) -> str:
    return f"/v1.0/users/{user}/authentication/{what}"


async def with_three(world: World) -> tuple[str, bytes]:
    """Somebody with an app's codes, a phone and an address, and the secret of the codes."""
    user = await world.person()
    _, secret = await with_software(world.target, user)
    await with_phone(world.target, user)
    await with_token(world.target, user)
    return user, secret
