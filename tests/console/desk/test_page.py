"""The desk's page in a real browser: who gets in, and one person's way through a queue."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from support.console_process import PlatformProcess
from support.desk.tasks import PAGE, right_text

pytestmark = pytest.mark.browser


def said(page: Page) -> Locator:
    return page.locator(".vd-desk > .vd-live")


def field(page: Page) -> Locator:
    return page.get_by_label("Correction", exact=True)


def word(page: Page, text: str) -> Locator:
    return page.locator(".vd-text > .vd-reading .vd-word").filter(
        has_text=re.compile(f"^{re.escape(text)}$")
    )


def task(platform: PlatformProcess, name: str) -> dict[str, Any]:
    found: dict[str, Any] = platform.desk()["tasks"][name]
    return found


def test_only_who_is_signed_in_gets_to_the_pages(page: Page) -> None:
    for path in ("/desk", "/documents"):
        page.goto(path)
        expect(page).to_have_url(re.compile("/login$"))


def test_text_and_picture_stand_side_by_side_and_are_linked(desk: Page) -> None:
    picture = desk.get_by_role("img", name="Picture of page 1")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    doubtful = word(desk, "٢٢٨٧،")
    expect(doubtful).to_be_focused()
    expect(doubtful).to_have_attribute("data-level", "doubtful")
    expect(doubtful).to_have_attribute("aria-label", "٢٢٨٧،, doubtful, 38 %")
    lit = desk.locator(".vd-box.is-lit")
    expect(lit).to_have_attribute("title", "٢٢٨٧، · 38 %")
    # the box lies where the word is printed: its middle is where the page's own data says
    middle = lit.evaluate(
        """box => {
          const page = box.parentElement.getBoundingClientRect(), own = box.getBoundingClientRect();
          return [(own.left + own.width / 2 - page.left) / page.width, (own.top + own.height / 2 - page.top) / page.height];
        }"""
    )
    expected = box_middle("٢٢٨١،")
    assert middle == pytest.approx(expected, abs=0.005)
    desk.locator(".vd-box[title^='وهزان']").click()
    expect(word(desk, "وهزان")).to_be_focused()
    word(desk, "درجة").hover()
    expect(desk.locator(".vd-box.is-lit")).to_have_attribute("title", "درجة · 66 %")
    desk.locator(".vd-box[title^='٢٢٨٧']").hover()
    expect(word(desk, "٢٢٨٧،")).to_have_class(re.compile("is-hinted"))


def box_middle(text: str) -> tuple[float, float]:

    (left, top, right, bottom) = next(
        w["box"] for w in PAGE["blocks"][2]["words"] if w["text"] == text
    )
    width, height = PAGE["page_size"]
    return (left + right) / 2 / width, (top + bottom) / 2 / height


def test_a_block_is_accepted_with_one_key(desk: Page, platform: PlatformProcess) -> None:
    desk.keyboard.press("a")
    expect(desk.get_by_text("1 of 4 decided")).to_be_visible()
    (decision,) = task(platform, "rvt_1")["history"]
    assert (decision["verdict"], decision["value"]) == ("accept", None)
    expect(word(desk, "047-3424b48")).to_be_focused()


def test_a_block_is_corrected_without_the_mouse(desk: Page, platform: PlatformProcess) -> None:
    """Each doubtful word by the key of the right candidate, then one by typing."""
    desk.keyboard.press("1")
    expect(field(desk)).to_have_value(re.compile("٢٢٨١،"))
    desk.keyboard.press("n")  # والمبلغ, which is right
    desk.keyboard.press("n")
    expect(word(desk, "55٬932٫17")).to_be_focused()
    desk.keyboard.press("i")
    expect(word(desk, "٥٥٬٩٣٢٫١٧")).to_have_attribute("data-level", "changed")
    desk.keyboard.press("n")
    expect(word(desk, "وهزان")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(field(desk)).to_be_focused()
    desk.keyboard.type("وهران")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("1 of 4 decided")).to_be_visible()
    (decision,) = task(platform, "rvt_1")["history"]
    assert decision["verdict"] == "correct"
    assert decision["value"]["text"] == right_text(2)


def test_a_changed_text_is_not_accepted_by_mistake(desk: Page, platform: PlatformProcess) -> None:
    desk.keyboard.press("1")
    desk.keyboard.press("a")
    expect(desk.get_by_role("alert").filter(has_text="no longer what was read")).to_be_visible()
    assert task(platform, "rvt_1")["history"] == []
    desk.keyboard.press("z")
    desk.keyboard.press("a")
    expect(desk.get_by_text("1 of 4 decided")).to_be_visible()
    assert task(platform, "rvt_1")["history"][0]["verdict"] == "accept"


def test_reject_skip_and_undo(desk: Page, platform: PlatformProcess) -> None:
    desk.keyboard.press("r")
    expect(word(desk, "047-3424b48")).to_be_focused()
    assert task(platform, "rvt_1")["history"][0]["verdict"] == "reject"
    desk.keyboard.press("s")
    expect(word(desk, "تفنية")).to_be_focused()
    assert task(platform, "rvt_2")["state"] == "open"
    desk.keyboard.press("u")  # the skip
    expect(word(desk, "047-3424b48")).to_be_focused()
    desk.keyboard.press("u")  # the rejection
    expect(word(desk, "٢٢٨٧،")).to_be_focused()
    told = platform.desk()["tasks"]
    assert told["rvt_1"]["state"] == "open"
    assert told["rvt_1"]["history"][-1]["verdict"] == "undo"
    assert told["rvt_1"]["claim"] is not None
    assert told["rvt_2"]["claim"] is None
    desk.keyboard.press("u")
    expect(said(desk)).to_have_text("Nothing to undo in this tab.")


def test_undoing_a_correction_brings_its_text_back(desk: Page, platform: PlatformProcess) -> None:
    desk.keyboard.press("t")
    expect(field(desk)).to_have_value(right_text(2))
    desk.keyboard.press("c")
    expect(word(desk, "047-3424b48")).to_be_focused()
    desk.keyboard.press("u")
    expect(field(desk)).to_have_value(right_text(2))
    desk.keyboard.press("h")
    history = desk.locator(".vd-history li")
    expect(history).to_have_count(2)
    expect(history.first).to_contain_text("undo")
    expect(history.last).to_contain_text(right_text(2).split("\n")[0])


def test_keys_work_on_an_arabic_keyboard(desk: Page, platform: PlatformProcess) -> None:
    desk.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
             { key: "ش", code: "KeyA", bubbles: true, cancelable: true }))"""
    )
    expect(desk.get_by_text("1 of 4 decided")).to_be_visible()
    assert task(platform, "rvt_1")["history"][0]["verdict"] == "accept"


def test_letters_in_the_field_are_text(desk: Page, platform: PlatformProcess) -> None:
    field(desk).focus()
    desk.keyboard.press("End")
    desk.keyboard.type("arsu?1")
    expect(field(desk)).to_have_value(re.compile("arsu\\?1"))
    assert task(platform, "rvt_1")["history"] == []
    desk.keyboard.press("Escape")
    expect(field(desk)).not_to_be_focused()


def test_only_confusable_digits(desk: Page) -> None:
    desk.get_by_label("Show", exact=True).select_option("digits")
    expect(desk).to_have_url(re.compile(r"\?tag=digits$"))
    for text in ("٢٢٨٧،", "047-3424b48"):
        expect(word(desk, text)).to_be_focused()
        desk.keyboard.press("r")
    expect(desk.get_by_role("heading", name="Nothing of this kind is left")).to_be_visible()


def test_the_last_block_leads_to_an_empty_desk(desk: Page, platform: PlatformProcess) -> None:
    for name in ("rvt_1", "rvt_2", "rvt_3", "rvt_4"):
        expect(desk.locator(".vd-desk")).not_to_have_attribute("aria-busy", "")
        desk.wait_for_function(
            "name => sessionStorage.getItem('vanguard-desk-task') === name", arg=name
        )
        desk.keyboard.press("a")
    expect(desk.get_by_role("heading", name="Nothing is left to correct")).to_be_visible()
    expect(desk.get_by_text("4 of 4 decided · 0 open")).to_be_visible()
    desk.keyboard.press("u")
    expect(desk.get_by_text("Terms").first).to_be_visible()
