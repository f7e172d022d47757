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
    history = desk.locator(".vd-history > ol > li")
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


def test_a_key_that_is_held_down_decides_nothing(desk: Page, platform: PlatformProcess) -> None:
    desk.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
             { key: "a", code: "KeyA", repeat: true, bubbles: true, cancelable: true }))"""
    )
    desk.keyboard.press("h")
    expect(desk.get_by_text("Nobody has decided about this block yet.")).to_be_visible()
    assert task(platform, "rvt_1")["history"] == []


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
        expect(desk.locator(".vd-desk")).not_to_have_attribute("aria-busy", "")
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


def test_somebody_else_decided_meanwhile(desk: Page, platform: PlatformProcess) -> None:
    """What is there now is shown, and what was typed is kept, also over a reload."""
    field(desk).fill("ما كتبته أنا")
    platform.desk(decide="rvt_1", text="ما كتبه غيري")
    desk.keyboard.press("Control+Enter")
    notice = desk.get_by_role("alert").filter(has_text="is decided now")
    expect(notice).to_contain_text("the task is decided")
    expect(notice.locator(".vd-theirs")).to_have_text("ما كتبه غيري")
    expect(field(desk)).to_have_value("ما كتبته أنا")
    expect(desk.locator(".vd-history")).to_contain_text("somebody else")
    assert len(task(platform, "rvt_1")["history"]) == 1
    notice.get_by_role("button", name="Claim it again").click()
    expect(said(desk)).to_contain_text("It cannot be claimed")
    notice.get_by_role("button", name="Take what is there").click()
    expect(field(desk)).to_have_value("ما كتبه غيري")
    field(desk).focus()
    desk.keyboard.press("Control+z")
    expect(field(desk)).to_have_value("ما كتبته أنا")
    notice.get_by_role("button", name="Next block").click()
    expect(word(desk, "047-3424b48")).to_be_focused()


# turned on instead of waited for; timers go on as they do, since the console's socket needs them
CLOCK = (
    "{ const now = Date.now; window.ahead_s = 0; Date.now = () => now() + window.ahead_s * 1000; }"
)


def test_a_claim_that_was_lost_is_said_and_the_text_is_kept(
    signed_in: Page, platform: PlatformProcess, faults: list[str]
) -> None:
    platform.desk(reset=True)
    signed_in.add_init_script(CLOCK)
    signed_in.goto("/desk")
    expect(word(signed_in, "٢٢٨٧،")).to_be_focused()
    field(signed_in).fill("نص")
    platform.desk(steal="rvt_1")
    signed_in.evaluate("window.ahead_s = 101")
    field(signed_in).press("End")
    notice = signed_in.get_by_role("alert").filter(has_text="Your claim on this block is lost")
    expect(notice).to_contain_text("What you typed is kept")
    expect(signed_in.get_by_text("Claim lost")).to_be_visible()
    expect(field(signed_in)).to_have_value("نص")
    platform.desk(release="rvt_1")
    notice.get_by_role("button", name="Claim it again").click()
    expect(signed_in.get_by_text("Claim lost")).to_be_hidden()
    expect(field(signed_in)).to_have_value("نص")
    signed_in.keyboard.press("c")
    expect(signed_in.get_by_text("1 of 4 decided")).to_be_visible()
    assert task(platform, "rvt_1")["history"][0]["value"] == {"text": "نص"}


def test_an_unused_page_gives_its_claim_up_and_takes_it_up_again(
    signed_in: Page, platform: PlatformProcess, faults: list[str]
) -> None:
    platform.desk(reset=True)
    signed_in.add_init_script(CLOCK)
    signed_in.goto("/desk")
    expect(word(signed_in, "٢٢٨٧،")).to_be_focused()
    signed_in.evaluate("window.ahead_s = 301")
    expect(signed_in.get_by_role("alert")).to_contain_text("ran out because the page was not used")
    signed_in.keyboard.press("n")
    expect(signed_in.get_by_role("alert")).to_have_count(0)
    assert platform.desk()["asked"][-1] == "PUT /api/review/tasks/rvt_1/claim"


def test_leaving_gives_the_claim_back(desk: Page, platform: PlatformProcess) -> None:
    assert task(platform, "rvt_1")["claim"] is not None
    desk.get_by_role("link", name="Documents", exact=True).click()
    desk.get_by_role("region", name="Read a document").wait_for()
    assert task(platform, "rvt_1")["claim"] is None


def test_a_reload_goes_on_where_it_was(desk: Page) -> None:
    desk.keyboard.press("s")
    expect(word(desk, "047-3424b48")).to_be_focused()
    desk.keyboard.press("1")
    typed = field(desk).input_value()
    desk.reload()
    expect(field(desk)).to_have_value(typed)
    assert "047-3424648" in typed


def test_a_decision_that_does_not_arrive_is_said_and_can_be_repeated(
    desk: Page, platform: PlatformProcess
) -> None:
    desk.keyboard.press("1")
    at = "POST /api/review/tasks/rvt_1/decisions"
    platform.desk(fail={"at": at, "status": 503, "message": "the database is locked"})
    desk.keyboard.press("c")
    expect(desk.get_by_role("alert").filter(has_text="the database is locked")).to_be_visible()
    expect(field(desk)).to_have_value(re.compile("٢٢٨١"))
    desk.keyboard.press("c")
    expect(desk.get_by_text("1 of 4 decided")).to_be_visible()
    expect(desk.get_by_role("alert").filter(has_text="database")).to_have_count(0)


def test_a_queue_that_cannot_be_asked_is_said(
    signed_in: Page, platform: PlatformProcess, faults: list[str]
) -> None:
    at = "POST /api/review/queues"
    platform.desk(reset=True, fail={"at": at, "status": 500, "message": "a defect"})
    signed_in.goto("/desk")
    signed_in.get_by_role("alert").filter(has_text="a defect").wait_for()
    signed_in.get_by_role("button", name="Try again").click()
    expect(word(signed_in, "٢٢٨٧،")).to_be_focused()


def test_an_empty_queue(signed_in: Page, platform: PlatformProcess, faults: list[str]) -> None:
    platform.desk(reset=True, empty=True)
    signed_in.goto("/desk")
    expect(signed_in.get_by_role("heading", name="Nothing is left to correct")).to_be_visible()
    signed_in.get_by_role("link", name="Upload a document").click()
    signed_in.wait_for_url("**/documents")


def test_a_session_that_ends_leads_back_to_the_text(desk: Page, platform: PlatformProcess) -> None:
    from support.console_api import ADMIN_KEY

    desk.keyboard.press("1")
    typed = field(desk).input_value()
    platform.set(expire=True)
    desk.keyboard.press("c")
    desk.wait_for_url("**/login")
    platform.desk(release="rvt_1")  # another session is another reviewer
    desk.get_by_label("Admin key").fill(ADMIN_KEY)
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk")
    expect(field(desk)).to_have_value(typed)


def test_reviewers_can_say_who_they_are(desk: Page, platform: PlatformProcess) -> None:
    desk.get_by_label("Reviewer").fill("سلمى")
    desk.keyboard.press("Enter")
    expect(word(desk, "٢٢٨٧،")).to_be_focused()
    assert task(platform, "rvt_1")["claim"]["reviewer"] == "سلمى"
    desk.keyboard.press("a")
    expect(desk.get_by_text("1 of 4 decided")).to_be_visible()
    assert task(platform, "rvt_1")["history"][0]["reviewer"] == "سلمى"


RLM, ZWNJ = "\u200f", "\u200c"


def test_no_invisible_character_comes_in_unseen(desk: Page, platform: PlatformProcess) -> None:
    """Everything but typing: candidates, digits, another's text, the other direction, undoing."""
    marks = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00a0\u00ad]")
    desk.keyboard.press("1")
    desk.keyboard.press("l")
    desk.keyboard.press("x")
    desk.keyboard.press("t")
    desk.get_by_role("button", name="Direction").click()
    desk.keyboard.press("Control+z")
    desk.keyboard.press("Control+Shift+z")
    assert marks.search(field(desk).input_value()) is None
    field(desk).fill(f"نص{RLM} م{ZWNJ}ن")
    expect(desk.get_by_text("1 × RLM, 1 × ZWNJ")).to_be_visible()
    desk.get_by_role("button", name="Invisible").click()
    shown = desk.locator(".vd-text > .vd-reading")
    assert shown.locator(".vd-mark").evaluate_all("all => all.map(one => one.dataset.mark)") == [
        "RLM",
        "ZWNJ",
    ]
    expect(shown.locator(".vd-mark").first).to_be_visible()
    desk.get_by_role("button", name="Take them out").click()
    expect(field(desk)).to_have_value("نص من")


def test_the_field_runs_as_the_block_does(desk: Page) -> None:
    expect(field(desk)).to_have_attribute("dir", "rtl")
    for _ in range(3):
        desk.keyboard.press("r")
        expect(desk.locator(".vd-desk")).not_to_have_attribute("aria-busy", "")
    expect(field(desk)).to_have_value("Terms of dellvery")
    expect(field(desk)).to_have_attribute("dir", "ltr")
    expect(desk.get_by_role("alert")).to_contain_text(
        "cannot be shown. there is no page 2 of doc_gone"
    )
    desk.get_by_role("button", name="Direction").click()
    expect(field(desk)).to_have_attribute("dir", "rtl")
    expect(desk.locator(".vd-text > .vd-reading")).to_have_attribute("dir", "rtl")
    expect(field(desk)).to_have_value("Terms of dellvery")


def test_words_stand_in_the_order_in_which_the_paragraph_runs(desk: Page) -> None:
    """Two Latin words in an Arabic line stand from left to right, as they would without any markup."""
    field(desk).fill("كلمة Open Type بعد")
    lefts = [
        word(desk, text).evaluate("w => w.getBoundingClientRect().left")
        for text in ("كلمة", "Open", "Type", "بعد")
    ]
    arabic_first, first, second, last = lefts
    assert arabic_first > second > first > last
    word(desk, "كلمة").focus()
    for text in ("Open", "Type", "بعد"):
        desk.keyboard.press("ArrowLeft")
        expect(word(desk, text)).to_be_focused()
    desk.keyboard.press("ArrowRight")
    expect(word(desk, "Type")).to_be_focused()


def test_nothing_from_a_document_becomes_html(
    signed_in: Page, platform: PlatformProcess, faults: list[str]
) -> None:
    """Names, readers, reasons, words and other readers come from files of strangers."""
    evil = '<img src=x onerror="window.injected=1">'
    fields = {"name": evil, "reader": evil, "text": evil, "kind": evil, "reasons": [evil]}
    words = [{"text": "<img", "box": [40, 40, 90, 60], "confidence": 0.1}]
    others = [{"reader": evil, "text": f"{evil} {evil}"}]
    platform.desk(reset=True)
    platform.desk(payload={"rvt_1": {**fields, "words": words, "alternatives": others}})
    signed_in.goto("/desk")
    expect(field(signed_in)).to_have_value(evil)
    field(signed_in).fill(f"{evil}!")
    signed_in.keyboard.press("Control+Enter")
    expect(signed_in.get_by_text("1 of 4 decided")).to_be_visible()
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("u")
    expect(field(signed_in)).to_have_value(f"{evil}!")
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("h")
    expect(signed_in.locator(".vd-history")).to_contain_text(evil)
    assert signed_in.evaluate("window.injected") is None
    assert signed_in.locator(".vd-side img").count() == 0


def test_a_table_keeps_its_lines_unless_one_insists(
    signed_in: Page, platform: PlatformProcess, faults: list[str]
) -> None:
    platform.desk(reset=True)
    platform.desk(payload={"rvt_1": {"kind": "table", "text": "البند\nالعدد\n١٢٠", "words": []}})
    signed_in.goto("/desk")
    field(signed_in).fill("البند\nالعدد")
    signed_in.keyboard.press("Control+Enter")
    notice = signed_in.get_by_role("alert").filter(has_text="has 3 lines of cells")
    expect(notice).to_contain_text("the text in the field has 2")
    assert task(platform, "rvt_1")["history"] == []
    notice.get_by_role("button", name="Go on editing").click()
    expect(field(signed_in)).to_be_focused()
    field(signed_in).fill("البند\n\nالعدد\n١٣٠")
    signed_in.keyboard.press("Control+Enter")
    expect(signed_in.get_by_text("1 of 4 decided")).to_be_visible()
    assert task(platform, "rvt_1")["history"][0]["value"] == {"text": "البند\n\nالعدد\n١٣٠"}


def test_the_caret_in_the_field_says_which_word_is_current(desk: Page) -> None:
    """Also in mixed text, where places in the text and on the screen run against each other."""
    field(desk).fill("كلمة Open Type بعد")
    for offset, text in ((0, "كلمة"), (7, "Open"), (12, "Type"), (18, "بعد")):
        field(desk).evaluate("(one, at) => one.setSelectionRange(at, at)", offset)
        desk.keyboard.press("Shift")
        expect(desk.locator(".vd-word.is-lit")).to_have_text(text)
    desk.keyboard.press("Home")
    desk.keyboard.type("س")
    desk.keyboard.press("End")
    desk.keyboard.type("ص")
    expect(field(desk)).to_have_value("سكلمة Open Type بعدص")


def test_what_is_read_shows_the_other_readers_differences(desk: Page) -> None:
    others = desk.get_by_role("region", name="Other readers")
    expect(others.locator("mark")).to_have_text(["٢٢٨١،", "٥٥٬٩٣٢٫١٧", "وهران"])
    others.get_by_role("button", name="Take the text of vision").click()
    expect(field(desk)).to_have_value(right_text(2))
    expect(desk.locator(".vd-text > .vd-reading .vd-word[data-level=changed]")).to_have_count(3)
    expect(desk.locator(".vd-box[data-level=changed]")).to_have_count(3)


def test_the_help_lists_the_keys_and_switches_them_off(
    desk: Page, platform: PlatformProcess
) -> None:
    desk.keyboard.press("?")
    help_ = desk.get_by_role("dialog", name="Keys")
    expect(help_.get_by_text("Accept: the text is right as it was read")).to_be_visible()
    help_.get_by_label("Single letters and digits act").uncheck()
    desk.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    desk.keyboard.press("a")
    desk.get_by_role("button", name="Keys").click()
    assert task(platform, "rvt_1")["history"] == []
    help_.get_by_label("Single letters and digits act").check()
    help_.get_by_role("button", name="Close").click()
    desk.keyboard.press("a")
    expect(desk.get_by_text("1 of 4 decided")).to_be_visible()


def test_zoom(desk: Page) -> None:
    level = desk.get_by_label("Zoom", exact=True)
    before = level.inner_text()
    desk.keyboard.press("+")
    expect(level).not_to_have_text(before)
    desk.keyboard.press("0")
    expect(level).to_have_text(before)
    desk.keyboard.press("f")
    inside = desk.evaluate(
        """() => { const pane = document.querySelector(".vd-pane"), stage = document.querySelector(".vd-stage");
                   return stage.offsetHeight <= pane.clientHeight + 1 && stage.offsetWidth <= pane.clientWidth + 1; }"""
    )
    assert inside


@pytest.mark.parametrize("path", ["/desk", "/documents"])
def test_nothing_is_cut_on_a_phone(
    signed_in: Page, platform: PlatformProcess, faults: list[str], path: str
) -> None:
    platform.desk(reset=True)
    signed_in.set_viewport_size({"width": 390, "height": 844})
    signed_in.goto(path)
    signed_in.get_by_text("Accept" if path == "/desk" else "Done").first.wait_for()
    assert signed_in.evaluate("document.documentElement.scrollWidth") <= 390
    for button in signed_in.get_by_role("button").all():
        box = button.bounding_box()
        if box is not None:  # what lies in a closed dialog has none
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390


def test_a_notice_is_seen_on_a_phone_wherever_one_is(
    signed_in: Page, platform: PlatformProcess, faults: list[str]
) -> None:
    platform.desk(reset=True)
    signed_in.set_viewport_size({"width": 390, "height": 844})
    signed_in.goto("/desk")
    field(signed_in).fill("نص")
    signed_in.get_by_label("Note").focus()
    platform.desk(decide="rvt_1", text="ما كتبه غيري")
    signed_in.keyboard.press("Control+Enter")
    theirs = signed_in.locator(".vd-theirs")
    expect(theirs).to_be_in_viewport()
    on_top = "one => { const box = one.getBoundingClientRect(); return one.contains(document.elementFromPoint(box.left + 9, box.top + 9)); }"
    assert theirs.evaluate(on_top)  # and not below the picture, which stays above


def test_everything_that_acts_has_a_name(desk: Page) -> None:
    nameless = desk.evaluate(
        """() => [...document.querySelectorAll("vg-desk :is(button, a, input, select, textarea, progress, [role])")]
             .filter((one) => !["status", "alert"].includes(one.getAttribute("role")))
             .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length
                                || one.getAttribute("aria-labelledby")))
             .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


def test_the_tab_key_walks_from_the_words_to_the_decisions(desk: Page) -> None:
    """One stop for all words, then candidates, the field, and at last the decisions in their order."""
    stops = []
    for _ in range(40):
        desk.keyboard.press("Tab")
        stops.append(
            desk.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        )
        if stops[-1].startswith("Undo"):
            break
    assert not any(stop == "وهزان" for stop in stops)
    assert (
        stops.index("vd-field")
        < stops.index("Accepta")
        < stops.index("Rejectr")
        < stops.index("Undou")
    )
