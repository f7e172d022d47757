"""What the console's tests share: a scripted API, a page without a browser, a platform, a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from nicegui.client import Client
from nicegui.page import page as nicegui_page
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from support.console_api import ADMIN_KEY
from support.scripted_api import ScriptedApi
from vanguard.console.client import PlatformClient

SERVER = Path(__file__).resolve().parent.parent / "support" / "console_api.py"
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    scripted = ScriptedApi()
    await scripted.start()
    yield scripted
    await scripted.stop()


@pytest.fixture
async def client(api: ScriptedApi) -> AsyncIterator[PlatformClient]:
    made = PlatformClient(api.url, ADMIN_KEY)
    yield made
    await made.close()


@pytest.fixture
def sheet() -> Iterator[Client]:
    """A page of NiceGUI without a browser: elements are made and changed, nothing is sent.

    Open for synchronous tests; asynchronous ones enter it themselves, since NiceGUI keeps what is
    open by task.
    """
    made = Client(nicegui_page(""))
    with made:
        yield made
    made.delete()


class Platform:
    """The stand-in platform in a process of its own."""

    def __init__(self) -> None:
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        tests = str(SERVER.parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error::DeprecationWarning:vanguard", str(SERVER), port],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": tests, "PATH": "/usr/bin:/bin"},
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, "the stand-in platform did not start"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def set(self, **change: Any) -> dict[str, Any]:
        """Changes what the platform tells; gives back the chats it has seen."""
        request = urllib.request.Request(
            f"{self.url}/test/state",
            json.dumps(change).encode(),
            {"content-type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request) as answer:
            told: dict[str, Any] = json.load(answer)
        return told


@pytest.fixture(scope="session")
def running_platform() -> Iterator[Platform]:
    platform = Platform()
    platform.start()
    yield platform
    platform.stop()


@pytest.fixture
def platform(running_platform: Platform) -> Platform:
    running_platform.set(
        expire=True,
        forget_failures=True,
        forget_chats=True,
        ready=True,
        empty=False,
        engine="ready",
    )
    return running_platform


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    assert program, "no Chromium is installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, platform: Platform) -> Iterator[BrowserContext]:
    """A fresh browser profile, in which every request must stay at our own origin."""
    made = chromium.new_context(base_url=platform.url, viewport={"width": 1440, "height": 900})
    made.set_default_timeout(15_000)
    elsewhere: list[str] = []
    ours = (platform.url, platform.url.replace("http", "ws"), "data:", "blob:")

    def watch(url: str) -> None:
        if not url.startswith(ours):
            elsewhere.append(url)

    made.on("request", lambda request: watch(request.url))
    made.on("page", lambda page: page.on("websocket", lambda socket: watch(socket.url)))
    yield made
    made.close()
    assert elsewhere == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page whose scripts must not fail."""
    return context.new_page()


@pytest.fixture
def console(page: Page) -> Page:
    """The console of somebody who has just signed in."""
    page.goto("/login")
    page.get_by_label("Admin key").fill(ADMIN_KEY)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.get_by_text("snapshot").wait_for()
    return page
