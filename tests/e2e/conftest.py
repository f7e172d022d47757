from __future__ import annotations

import pytest

from support.platform import Platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    """One platform for all tests that only use it."""
    made = Platform(tmp_path_factory.mktemp("platform")).start()
    yield made
    made.stop()


@pytest.fixture
def own_platform(tmp_path):
    """A platform for a test that breaks it; not started."""
    made = []

    def make(**more):
        platform = Platform(tmp_path / f"p{len(made)}", **more)
        made.append(platform)
        return platform

    yield make
    for platform in made:
        platform.stop()
