"""What the console's tests share: a scripted API, a page without a browser, a platform, a browser."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from nicegui.client import Client
from nicegui.page import page as nicegui_page
from playwright.sync_api import Browser, BrowserContext, Page, Request, WebSocket, sync_playwright

from support.console_api import ADMIN_KEY
from support.console_process import PlatformProcess
from support.scripted_api import ScriptedApi
from vanguard.console.client import PlatformClient

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


@pytest.fixture(scope="session")
def running_platform() -> Iterator[PlatformProcess]:
    platform = PlatformProcess()
    platform.start()
    yield platform
    platform.stop()


@pytest.fixture
def platform(running_platform: PlatformProcess) -> PlatformProcess:
    running_platform.set(
        expire=True,
        forget_failures=True,
        forget_chats=True,
        ready=True,
        empty=False,
        engine="ready",
    )
    return running_platform


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file.

    Its driver occupies the thread's event loop until it is closed: asynchronous tests live in
    other files.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    assert program, "no Chromium is installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def profile(chromium: Browser, running_platform: PlatformProcess) -> Iterator[BrowserContext]:
    """One browser profile for the tests of a file, so that the library's files are fetched once."""
    made = chromium.new_context(
        base_url=running_platform.url, viewport={"width": 1440, "height": 900}
    )
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(profile: BrowserContext, platform: PlatformProcess) -> Iterator[Page]:
    """A page of a browser that is not signed in; every request must stay at our own origin."""
    profile.clear_cookies()
    elsewhere: list[str] = []
    ours = (platform.url, platform.url.replace("http", "ws"), "data:", "blob:")

    def watch(thing: Request | WebSocket) -> None:
        if not thing.url.startswith(ours):
            elsewhere.append(thing.url)

    made = profile.new_page()
    made.on("request", watch)
    made.on("websocket", watch)
    yield made
    for opened in profile.pages:
        opened.close()
    assert elsewhere == []


@pytest.fixture
def signed_in(page: Page, platform: PlatformProcess) -> Page:
    """A page of somebody who is signed in, on nothing yet."""
    platform.set(session="token-of-a-test")
    page.context.add_cookies(
        [
            {
                "name": "vanguard_session",
                "value": "token-of-a-test",
                "url": platform.url,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    return page


@pytest.fixture
def console(signed_in: Page) -> Page:
    """The console of somebody who is signed in."""
    signed_in.goto("/")
    signed_in.get_by_text("snapshot").wait_for()
    return signed_in
