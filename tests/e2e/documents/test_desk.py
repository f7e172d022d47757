"""From an uploaded page to training pairs, through the pages of the console, on the real platform."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from support.desk.tasks import PICTURE
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

RIGHT = "٣١٧ / ٣٥٤"  # the page's number, which the reader is least sure of
READ_MS = 240_000
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    made = Platform(tmp_path_factory.mktemp("desk"), model="none")
    made.start(VANGUARD_ENGINE_EMBEDDINGS="false")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    assert program, "no Chromium is installed"
    with sync_playwright() as playwright:
        arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
        ]
        made = playwright.chromium.launch(executable_path=program, args=arguments)
        yield made
        made.close()


def signed_in(browser: Browser, platform: Platform) -> BrowserContext:
    context = browser.new_context(
        base_url=platform.base_url, viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Admin key").fill(platform.admin_key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.close()
    return context


def held(page: Page) -> str:
    """The id of the task that the desk shows."""
    handle = page.wait_for_function(
        "!document.querySelector('.vd-desk[aria-busy]') && sessionStorage.getItem('vanguard-desk-task')"
    )
    return str(handle.json_value())


def decide(page: Page, key: str) -> str:
    """Presses a key of a decision; gives back which task was decided, once the next one is there."""
    before = held(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => sessionStorage.getItem('vanguard-desk-task') !== before", arg=before
    )
    held(page)
    return before


def upload(page: Page) -> str:
    """Hands the page in and waits until it is read; its id."""
    page.goto("/documents")
    expect(page.get_by_text("No documents yet")).to_be_visible()
    page.get_by_label("Choose files").set_input_files(
        [{"name": "تقرير.png", "mimeType": "image/png", "buffer": PICTURE.read_bytes()}]
    )
    row = page.get_by_role("row").filter(has_text="تقرير.png")
    expect(row.get_by_text("Done")).to_be_visible(timeout=READ_MS)
    found = re.search(r"doc_[0-9a-f]+", row.inner_text())
    assert found
    row.get_by_role("link", name="Correct").click()
    return found[0]


def test_a_page_is_read_corrected_and_exported(running: Platform, browser: Browser) -> None:
    faults: list[str] = []
    context = signed_in(browser, running)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    document = upload(page)
    first = held(page)
    picture = page.get_by_role("img", name="Picture of page 1")
    page.wait_for_function("document.querySelector('.vd-picture').naturalWidth > 0")
    expect(picture).to_be_visible()
    expect(page.locator(".vd-word.is-lit")).to_be_focused()
    expect(page.locator(".vd-box.is-lit")).to_be_visible()

    field = page.get_by_label("Correction", exact=True)
    page.get_by_label("Reviewer").fill("سلمى")
    page.keyboard.press("Tab")
    assert held(page) == first
    field.fill(RIGHT)
    assert decide(page, "Control+Enter") == first
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_function("id => sessionStorage.getItem('vanguard-desk-task') === id", arg=first)
    expect(field).to_have_value(RIGHT)
    page.get_by_role("button", name="History").click()
    expect(page.locator(".vd-history > ol > li")).to_have_text(
        [re.compile("undo by سلمى"), re.compile("correct by سلمى")]
    )
    held(page)
    assert decide(page, "c") == first

    skipped = decide(page, "s")
    page.keyboard.press("u")
    page.wait_for_function("id => sessionStorage.getItem('vanguard-desk-task') === id", arg=skipped)
    held(page)

    other_context = signed_in(browser, running)
    other = other_context.new_page()
    other.goto(f"/desk?prefix={document}/")
    assert held(other) != held(page)
    decide(other, "a")
    decide(other, "r")
    other_context.close()
    expect(page.get_by_text(re.compile(r"^3 of \d+ decided"))).to_be_visible(timeout=20_000)

    _look_at_what_came_out(context, document, first)
    page.goto("/documents")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No documents yet")).to_be_visible()
    page.goto(f"/desk?prefix={document}/")
    expect(page.get_by_role("heading", name="Nothing of this kind is left")).to_be_visible()
    context.close()
    assert faults == []


def _look_at_what_came_out(context: BrowserContext, document: str, task: str) -> None:
    read = context.request.get(f"/api/documents/{document}/result?format=json").text()
    assert all(f'"{word}"' in read for word in RIGHT.split(" "))
    history = context.request.get(f"/api/review/tasks/{task}").json()["history"]
    assert [(one["verdict"], one["reviewer"]) for one in history] == [
        ("correct", "سلمى"),
        ("undo", "سلمى"),
        ("correct", "سلمى"),
    ]
    lines = context.request.get("/api/documents/corrections?format=jsonl").text().splitlines()
    assert any(RIGHT in json.dumps(json.loads(line), ensure_ascii=False) for line in lines)
    packed = context.request.get("/api/documents/corrections?format=zip").body()
    with zipfile.ZipFile(io.BytesIO(packed)) as pairs:
        pictures = [name for name in pairs.namelist() if name.endswith(".png")]
        assert pictures
        assert pairs.read(pictures[0]).startswith(b"\x89PNG")
