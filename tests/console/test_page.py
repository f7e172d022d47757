"""The page in a real browser, against the stand-in platform."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from support.console_api import ARABIC, EVIL
from support.console_process import PlatformProcess

pytestmark = pytest.mark.browser


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    # a page that opens on an old look at the platform knows of no model yet
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.keyboard.press("Enter")


def test_everything_is_shown(console: Page) -> None:
    main = console.get_by_role("main")
    for words in (
        "Ready",
        "snapshot 12",
        re.compile(r"up 3 h 1\d min"),  # 12 when the tests began
        "2 embedded models are loaded",
        "≥ $0.3375",
    ):
        expect(main.get_by_text(words).first).to_be_visible()
    requests = console.get_by_role("region", name="Last requests")
    expect(requests.get_by_role("row")).to_have_count(11)
    expect(requests.get_by_text("failed · 503")).to_have_attribute("title", "upstream_unavailable")
    models = console.get_by_role("region", name="Models")
    expect(models.get_by_text("claude-*")).to_be_visible()
    expect(models.get_by_text("$3.00 in · $15.00 out")).to_be_visible()
    expect(models.get_by_text("price unknown")).to_be_visible()


def test_it_refreshes_by_itself(console: Page, platform: PlatformProcess) -> None:
    platform.set(engine="fetching", ready=False)
    expect(console.get_by_text("fetching qwen2.5-coder-0.5b: 120 of 456 MB")).to_be_visible()
    expect(console.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0.26")
    expect(console.get_by_text("no snapshot yet")).to_be_visible()
    platform.set(empty=True)
    for words in ("No requests yet:", "No models yet:", "Nothing yet today:", "No chat model"):
        expect(console.get_by_text(words)).to_be_visible()
    expect(console.get_by_role("button", name="Send")).to_be_disabled()


def test_an_answer_streams_and_is_measured(console: Page, platform: PlatformProcess) -> None:
    ask(console, "tell me something")
    answer = console.get_by_role("article", name="Model")
    expect(answer).to_contain_text("You said: tell me something")
    expect(answer).to_contain_text(re.compile(r"5 tokens · [\d.]+ tokens/s · first after \d+ ms"))
    expect(console.get_by_label("Message", exact=True)).to_have_value("")
    assert platform.set()["chats"][0]["model"] == "qwen2.5-coder-0.5b"


def test_shift_enter_makes_a_line(console: Page, platform: PlatformProcess) -> None:
    console.get_by_label("Message", exact=True).fill("one")
    console.keyboard.press("Shift+Enter")
    console.keyboard.type("two")
    console.keyboard.press("Enter")
    expect(console.get_by_role("article", name="You")).to_contain_text("one\ntwo")
    assert platform.set()["chats"][0]["messages"][0]["content"] == "one\ntwo"


def test_sending_twice_in_a_row_asks_once(console: Page, platform: PlatformProcess) -> None:
    console.get_by_label("Message", exact=True).fill("endless")
    console.get_by_role("button", name="Send").evaluate(
        "button => { for (let i = 0; i < 5; i++) button.click() }"
    )
    expect(console.get_by_role("button", name="Stop")).to_be_visible()
    console.get_by_label("Message", exact=True).fill("another")
    console.keyboard.press("Enter")
    expect(console.get_by_label("Message", exact=True)).to_have_value("another")
    console.get_by_role("button", name="Stop").click()
    expect(console.get_by_role("article", name="Model")).to_contain_text("stopped")
    expect(console.get_by_role("button", name="Send")).to_be_visible()
    told = platform.set()
    assert len(told["chats"]) == 1


def test_stopping_hangs_up(console: Page, platform: PlatformProcess) -> None:
    ask(console, "endless")
    console.get_by_role("article", name="Model").get_by_text("endless").first.wait_for()
    assert platform.set()["open_chats"] == 1
    console.get_by_role("button", name="Stop").click()
    console.get_by_text("stopped").wait_for()
    for _ in range(50):
        if platform.set()["open_chats"] == 0:
            break
        console.wait_for_timeout(100)
    assert platform.set()["open_chats"] == 0


def test_closing_the_page_hangs_up(console: Page, platform: PlatformProcess) -> None:
    ask(console, "endless")
    console.get_by_role("article", name="Model").get_by_text("endless").first.wait_for()
    other = console.context.new_page()
    console.close()
    for _ in range(300):
        if platform.set()["open_chats"] == 0:
            break
        other.wait_for_timeout(100)
    assert platform.set()["open_chats"] == 0


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("refuse", "the key's budget is spent (try again in 30 s)"),
        ("error in it", "the provider fell over"),
        ("broken off", "the answer broke off before its end was said"),
    ],
)
def test_errors_are_said_plainly(console: Page, question: str, words: str) -> None:
    ask(console, question)
    expect(console.get_by_role("alert").filter(has_text=words)).to_be_visible()
    ask(console, "and now")
    expect(console.get_by_role("article", name="Model").last).to_contain_text("You said:")


def test_nothing_from_outside_becomes_html(console: Page) -> None:
    ask(console, f"html {EVIL}")
    expect(console.get_by_role("article", name="Model")).to_contain_text(EVIL)
    expect(console.get_by_role("article", name="You")).to_contain_text(EVIL)
    expect(console.get_by_role("region", name="Last requests")).to_contain_text(EVIL)
    expect(console.get_by_role("region", name="Spent today")).to_contain_text(EVIL)
    assert console.locator("img").count() == 0
    assert console.evaluate("window.injected") is None


def test_arabic_runs_from_right_to_left(console: Page) -> None:
    ask(console, "arabic")
    prose = console.get_by_role("article", name="Model").locator(".vg-prose")
    expect(prose).to_have_text(re.compile(re.escape(ARABIC)))
    assert prose.evaluate("element => getComputedStyle(element).direction") == "rtl"
    gaps = prose.evaluate(
        """element => {
          const range = document.createRange(); range.setStart(element.firstChild, 0);
          range.setEnd(element.firstChild, 1);
          const first = range.getBoundingClientRect(), box = element.getBoundingClientRect();
          return [first.left - box.left, box.right - first.right];
        }"""
    )
    assert gaps[1] < gaps[0]


def test_code_stands_in_its_own_block(console: Page) -> None:
    ask(console, "code")
    code = console.locator(".vg-code")
    expect(code).to_have_text("def add(a: int, b: int) -> int:\n    return a + b")
    assert code.evaluate("element => getComputedStyle(element).whiteSpace").startswith("pre")


def test_a_new_chat(console: Page, platform: PlatformProcess) -> None:
    ask(console, "first question")
    expect(console.get_by_text("tokens/s")).to_be_visible()
    console.get_by_role("button", name="New chat").click()
    expect(console.get_by_role("article")).to_have_count(0)
    ask(console, "second question")
    expect(console.get_by_role("article", name="Model")).to_contain_text("You said: second")
    assert len(platform.set()["chats"][1]["messages"]) == 1


def test_another_model_can_be_chosen_by_keyboard(console: Page, platform: PlatformProcess) -> None:
    choice = console.get_by_label("Model", exact=True)
    choice.focus()
    console.keyboard.press("Enter")
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    expect(console.get_by_role("region", name="Chat")).to_contain_text("sonnet")
    ask(console, "hello")
    expect(console.get_by_text("tokens/s")).to_be_visible()
    assert platform.set()["chats"][0]["model"] == "sonnet"


def test_dark_and_light_are_remembered(console: Page) -> None:
    body = console.locator("body")
    expect(body).to_have_class(re.compile("body--light"))
    console.get_by_label("Switch between dark and light").click()
    expect(body).to_have_class(re.compile("body--dark"))
    console.reload()
    expect(body).to_have_class(re.compile("body--dark"))
    console.get_by_label("Switch between dark and light").click()
    expect(body).to_have_class(re.compile("body--light"))


def test_nothing_is_cut_on_a_phone(console: Page) -> None:
    console.set_viewport_size({"width": 390, "height": 844})
    for name in ("Send", "New chat", "Sign out"):
        box = console.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert console.evaluate("document.documentElement.scrollWidth") <= 390
