"""Fixtures that every suite may ask for."""

from hypothesis import settings

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

pytest_plugins = ["tests.support.stack"]
