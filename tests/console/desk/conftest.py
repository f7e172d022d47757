"""What the tests of the desk share: its page on a stand-in platform, with fresh tasks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support.console_process import PlatformProcess

# a page of many modules, on machines that do other things too
expect.set_options(timeout=20_000)


@pytest.fixture
def faults(signed_in: Page) -> Iterator[list[str]]:
    """Errors that no script caught; a test fails when there are any."""
    found: list[str] = []
    signed_in.set_default_timeout(40_000)
    signed_in.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


@pytest.fixture
def desk(signed_in: Page, platform: PlatformProcess, faults: list[str]) -> Page:
    """The desk with the most doubtful block on it."""
    platform.desk(reset=True)
    signed_in.goto("/desk")
    expect(signed_in.get_by_role("status").first).to_contain_text("5 doubtful words")
    return signed_in


@pytest.fixture
def documents(signed_in: Page, platform: PlatformProcess, faults: list[str]) -> Page:
    """The page of documents, with one that was read."""
    platform.desk(reset=True)
    signed_in.goto("/documents")
    signed_in.get_by_role("region", name="Documents").get_by_text("Done").wait_for()
    return signed_in
