"""What a help page is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One help page: what to do, one step after the other, and what is good to know.

    `name` is the end of its address, `related` the names of topics that help further. `shows_app` adds the address of
    the authenticator app.
    """

    name: str
    title: str
    about: str
    steps: tuple[str, ...]
    good_to_know: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    shows_app: bool = False

    @property
    def href(self) -> str:
        return f"/help/{self.name}"
