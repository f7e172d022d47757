"""The mounted console as a whole: who gets in, what leaves the process, what survives a restart."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.console_api import ADMIN_KEY
from support.console_process import PlatformProcess

pytestmark = pytest.mark.browser

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


def get(platform: PlatformProcess, path: str) -> tuple[int, str, bytes]:
    """(status, content type, body), redirections not followed."""
    connection = http.client.HTTPConnection(platform.url.removeprefix("http://"))
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("content-type", ""), body


def test_the_applications_own_routes_go_first(platform: PlatformProcess) -> None:
    assert get(platform, "/readyz") == (200, "", b"ok")
    status, kind, _ = get(platform, "/api/status")
    assert (status, kind) == (401, "application/json")
    for path in ("/nowhere", "/api/nowhere", "/login/nowhere"):
        status, kind, _ = get(platform, path)
        assert (status, kind) in {(404, "application/json"), (401, "application/json")}
    status, _, _ = get(platform, "/test/state")  # which takes POST only
    assert status == 405


def test_without_a_session_there_is_no_page(platform: PlatformProcess) -> None:
    assert get(platform, "/")[0] == 303
    assert get(platform, "/?x=1")[0] == 303
    assert get(platform, SOCKET.replace("websocket", "polling"))[0] == 401


@pytest.mark.parametrize("origin", [None, "http://evil.example", "http://127.0.0.1:1"])
def test_a_socket_of_another_site_is_refused_even_with_the_cookie(
    console: Page, platform: PlatformProcess, origin: str | None
) -> None:
    (cookie,) = console.context.cookies()
    session = f"{cookie['name']}={cookie['value']}"
    assert upgrade(platform, session, origin) == 403
    assert upgrade(platform, session, platform.url) == 101
    assert upgrade(platform, "", platform.url) == 403


def upgrade(platform: PlatformProcess, cookie: str, origin: str | None) -> int:
    """The status that the upgrade to a WebSocket is answered with."""
    connection = http.client.HTTPConnection(platform.url.removeprefix("http://"))
    headers = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "cookie": cookie,
    }
    connection.request("GET", SOCKET, headers=headers | ({"origin": origin} if origin else {}))
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_admin_key_never_reaches_the_browser(console: Page) -> None:
    """Neither in the page, nor in any answer or frame after it, nor in what the browser keeps."""
    seen: list[str] = []
    console.on(
        "websocket", lambda socket: socket.on("framereceived", lambda f: seen.append(str(f)))
    )
    console.on("response", lambda answer: seen.append(str(answer.headers)))
    answer = console.reload()
    assert answer is not None
    seen.append(answer.text())
    console.get_by_label("Message", exact=True).fill("hello")
    console.keyboard.press("Enter")
    expect(console.get_by_text("tokens/s")).to_be_visible()
    console.get_by_text("snapshot 12").wait_for()
    seen.append(console.content())
    seen.append(console.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
    assert len(seen) > 10
    assert any("You said" in text for text in seen)
    assert not any(ADMIN_KEY in text for text in seen)


def test_an_ended_session_leaves_the_page(console: Page, platform: PlatformProcess) -> None:
    console.get_by_label("Message", exact=True).fill("endless")
    console.keyboard.press("Enter")
    console.get_by_role("article", name="Model").get_by_text("endless").first.wait_for()
    platform.set(expire=True)
    console.wait_for_url("**/login")
    for _ in range(100):
        if platform.set()["open_chats"] == 0:
            break
        console.wait_for_timeout(100)
    assert platform.set()["open_chats"] == 0


def test_an_ended_session_asks_nothing_more(console: Page, platform: PlatformProcess) -> None:
    console.get_by_label("Message", exact=True).fill("hello")
    platform.set(expire=True)
    console.keyboard.press("Enter")
    console.wait_for_url("**/login")
    assert platform.set()["chats"] == []


def test_signing_out_in_one_tab_closes_the_other(console: Page) -> None:
    other = console.context.new_page()
    other.goto("/")
    other.get_by_text("snapshot 12").wait_for()
    console.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/login")


@pytest.fixture
def own_platform() -> Iterator[PlatformProcess]:
    platform = PlatformProcess()
    platform.start()
    yield platform
    platform.stop()


def test_a_restart_is_survived(chromium: Browser, own_platform: PlatformProcess) -> None:
    """Sessions live in memory here, so that the page ends at the login and not in a loop."""
    context = chromium.new_context(base_url=own_platform.url)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto("/login")
    sign_in(page)
    own_platform.stop()
    expect(page.get_by_text(re.compile("Connection lost"))).to_be_visible(timeout=30_000)
    own_platform.start()
    page.wait_for_url("**/login")
    sign_in(page)
    context.close()


def test_a_restart_that_keeps_sessions_comes_back_by_itself(
    chromium: Browser, own_platform: PlatformProcess
) -> None:
    context = chromium.new_context(base_url=own_platform.url)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto("/login")
    sign_in(page)
    (cookie,) = context.cookies()
    own_platform.stop()
    own_platform.start()
    own_platform.set(session=cookie["value"], engine="fetching")
    expect(page.get_by_text("120 of 456 MB")).to_be_visible()
    context.close()


def sign_in(page: Page) -> None:
    page.get_by_label("Admin key").fill(ADMIN_KEY)
    page.keyboard.press("Enter")
    page.get_by_text("snapshot 12").wait_for()
