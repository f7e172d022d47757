"""The desk's pure modules, run in a real browser: words, digits, marks, drafts, leases, keys, jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from vanguard.console.desk.files import DeskFiles

pytestmark = pytest.mark.browser

Run = Callable[..., Any]
LRM, RLM, ZWNJ = "\u200e", "\u200f", "\u200c"


@pytest.fixture
def run(page: Page) -> Run:
    """Evaluates an expression in which `m` is a module of the desk and `x` what is given."""
    page.goto("/readyz")  # a document of our own origin without scripts
    files = DeskFiles()

    def evaluate(module: str, expression: str, given: Any = None) -> Any:
        code = f"async (x) => {{ const m = await import('{files.address(f'logic/{module}.js')}'); return await ({expression}); }}"
        return page.evaluate(code, given)

    return evaluate


@pytest.mark.parametrize(
    ("confidence", "level"),
    [
        (1, "sure"),
        (0.85, "sure"),
        (0.849, "unsure"),
        (0.6, "unsure"),
        (0.599, "doubtful"),
        (0, "doubtful"),
        (None, "unknown"),
    ],
)
def test_levels(run: Run, confidence: float | None, level: str) -> None:
    assert run("words", "m.levelOf(x)", confidence) == level


def test_a_word_keeps_its_reading_when_others_change(run: Run) -> None:
    read = ["رقم", "الحساب", "٢٢٨٧،", "في", "وهزان"]

    def aligned(text: str) -> Any:
        return run("words", "m.align(x[0], x[1])", [read, text.split(" ")])

    assert aligned("رقم الحساب ٢٢٨٧، في وهزان") == [0, 1, 2, 3, 4]
    assert aligned("رقم الحساب ٢٢٨١، في وهران") == [0, 1, 2, 3, 4]
    assert aligned("رقم الحساب في وهزان") == [0, 1, 3, 4]
    assert aligned("رقم هذا الحساب ٢٢٨٧، في وهزان") == [0, -1, 1, 2, 3, 4]
    assert aligned("رقم") == [0]


def test_texts_too_long_to_compare_still_keep_their_ends(run: Run) -> None:
    found = run(
        "words",
        """m.align(["a", ...Array.from({length: 2000}, (_, i) => `h${i}`), "z"],
                   ["a", ...Array.from({length: 2000}, (_, i) => `t${i}`), "z"])""",
    )
    assert (found[0], found[1], found[-1]) == (0, -1, 2001)


def test_shown_words_tell_what_was_changed(run: Run) -> None:
    read = [{"text": "أ", "confidence": 0.9}, {"text": "ب", "confidence": 0.4}]
    shown = run("words", "m.shownWords(x[0], x[1])", ["أ\n ت", read])
    assert [(w["text"], w["start"], w["end"], w["word"], w["level"]) for w in shown] == [
        ("أ", 0, 1, 0, "sure"),
        ("ت", 3, 4, 1, "changed"),
    ]
    assert run("words", "m.shownWords('some words', [])")[0]["level"] == "unknown"


def test_the_next_doubtful_word_is_found_around_the_end(run: Run) -> None:
    levels = [{"level": level} for level in ("doubtful", "sure", "unsure", "changed", "unknown")]
    steps = [(-1, 1, 0), (0, 1, 2), (2, 1, 0), (0, -1, 2), (2, -1, 0), (-1, -1, 2), (3, 1, 0)]
    for start, step, found in steps:
        assert run("words", "m.nextDoubtful(...x)", [levels, start, step]) == found
    assert run("words", "m.nextDoubtful([{level: 'sure'}], 0, 1)") == -1
    assert run("words", "m.nextDoubtful([], -1, 1)") == -1


def test_other_readers_words_for_one_place(run: Run) -> None:
    read = [{"text": "عام"}, {"text": "٢٠٢٤"}, {"text": "هـ"}]
    others = [
        {"reader": "a", "text": "عام ٢٠٣٤ هـ"},
        {"reader": "b", "text": "عام ٢٠٣٤ هـ"},
        {"reader": "c", "text": "عام ٢٠٢٤ هـ"},
        {"reader": "d", "text": "عام هـ"},
    ]
    assert run("words", "m.otherReadings(...x)", [others, read, 1]) == [
        {"reader": "a", "text": "٢٠٣٤"}
    ]
    assert run("words", "m.otherReadings(...x)", [others, read, -1]) == []


def test_digits_change_their_set_and_nothing_else(run: Run) -> None:
    assert run("digits", "m.inSet(x, 'latin')", "٢١٬١٢٧٫٥٩ ر.س ۴۵ a7") == "21٬127٫59 ر.س 45 a7"
    assert run("digits", "m.inSet(x, 'arabic')", "SA15 ۴۵") == "SA١٥ ٤٥"
    assert run("digits", "m.inSet(x, 'extended')", "٤56") == "۴۵۶"
    other = run("digits", "m.otherSets(x)", "٢٠٢٤")
    assert [(one["text"], one["key"]) for one in other] == [("۲۰۲۴", "x"), ("2024", "l")]
    assert run("digits", "m.otherSets('كتاب')") == []
    # of two sets in one word there are three ways to make them one
    assert len(run("digits", "m.otherSets('٢0')")) == 3


def test_digits_that_look_alike_stay_in_their_set(run: Run) -> None:
    found = run("digits", "m.confusions(x, 9)", "٢0")
    assert [one["text"] for one in found] == ["٣0", "٦0", "٢5"]
    assert len(run("digits", "m.confusions(x, 9)", "٢٢٢٢٢٢٢٢٢٢")) == 9
    assert run("digits", "m.confusions('كلمة', 9)") == []
    numbers = ["٢٠٢٤،", "2,5%", "٠٣-٠٨-١٩٩٣.", "٩٫٢", "SA٦١", "كلمة", "،", "1©2"]
    assert run("digits", "x.map(m.isNumber)", numbers) == [True] * 4 + [False] * 4


def test_marks_are_named_counted_and_taken_out(run: Run) -> None:
    text = f"أ{RLM}ب{ZWNJ}ج"
    assert run("bidi", "m.pieces(x).map(p => p.mark)", text) == ["", "RLM", "", "ZWNJ", ""]
    assert run("bidi", "m.pieces(x).map(p => p.text).join('')", text) == text
    assert run("bidi", "m.added(...x)", ["أبج", text]) == [
        {"mark": "RLM", "count": 1},
        {"mark": "ZWNJ", "count": 1},
    ]
    assert run("bidi", "m.added(...x)", [text, "أبج"]) == []
    assert run("bidi", "m.withoutAdded(...x)", [f"a{ZWNJ}b", f"{LRM}a{ZWNJ}b{ZWNJ}"]) == f"a{ZWNJ}b"
    assert run("bidi", "m.withoutAdded(...x)", [text, text]) == text
    assert run("bidi", "m.plainLines('a\\r\\nb\\rc\\n')") == "a\nb\nc\n"


STEPS = """(() => {
  let now = 0;
  const steps = new m.Steps("a", { pause_ms: 600, now: () => now });
  steps.put("ab"); now = 300; steps.put("abc");       // one step of typing
  now = 2000; steps.put("abcd");                       // another
  steps.put("X", { whole: true }); steps.put("Xy");    // a candidate, and typing after it
  const back = [steps.go(-1), steps.go(-1), steps.go(-1), steps.go(-1), steps.go(-1)];
  const forth = [steps.go(1), steps.go(1)];
  steps.put("new");
  return { back, forth, after: steps.go(1), before: steps.go(-1) };
})()"""


def test_typing_is_undone_in_steps(run: Run) -> None:
    assert run("drafts", STEPS) == {
        "back": ["X", "abcd", "abc", "a", "a"],
        "forth": ["abc", "abcd"],
        "after": "new",
        "before": "abcd",
    }


def test_steps_are_bounded_and_keep_the_beginning(run: Run) -> None:
    code = """(() => {
      const steps = new m.Steps("begin");
      for (let i = 0; i < 1000; i += 1) steps.put(`t${i}`, { whole: true });
      const count = steps.states.length;
      for (let i = 0; i < 1000; i += 1) steps.go(-1);
      return [count, steps.text];
    })()"""
    assert run("drafts", code) == [200, "begin"]


def test_drafts_outlive_the_page_and_are_bounded(run: Run) -> None:
    code = """(() => {
      const drafts = new m.Drafts(sessionStorage);
      for (let i = 0; i < 30; i += 1) drafts.keep(`rvt_${i}`, `text ${i}`);
      drafts.keep("rvt_29", null);
      const other = new m.Drafts(sessionStorage);
      const full = { getItem: () => "no JSON", setItem() { throw new Error("full"); } };
      return [other.of("rvt_28"), other.of("rvt_29"), other.of("rvt_0"), other.all().length,
              new m.Drafts(full).of("rvt_1"), new m.Drafts(full).keep("rvt_1", "x")];
    })()"""
    assert run("drafts", code) == ["text 28", None, None, 19, None, False]


LEASE = """(async () => {
  let now = 0, fails = null;
  const states = [], renewed = [];
  const lease = new m.Lease({
    lease_s: 300, now: () => now,
    renew: async () => { if (fails) throw fails; renewed.push(now / 1000); },
    isLost: (error) => error.status === 409, changed: (state) => states.push(state),
  });
  const at = async (seconds, use) => { now = seconds * 1000; await (use ? lease.use() : lease.tick()); };
  %s
  return { states, renewed, state: lease.state };
})()"""


def test_a_lease_is_renewed_while_the_page_is_used(run: Run) -> None:
    told = run("lease", LEASE % "for (let s = 1; s <= 400; s += 1) await at(s, s % 50 === 0);")
    assert told == {"states": [], "renewed": [100, 200, 300, 400], "state": "held"}


def test_an_unused_page_lets_its_lease_run_out_and_takes_it_up_again(run: Run) -> None:
    told = run(
        "lease", LEASE % "for (let s = 1; s <= 650; s += 1) await at(s); await at(700, true);"
    )
    assert told["renewed"] == [100, 200, 700]
    assert told["states"] == ["resting", "expired", "held"]


def test_a_lease_that_somebody_took_is_lost_for_good(run: Run) -> None:
    told = run(
        "lease",
        LEASE % "fails = { status: 409 }; await at(100, true); fails = null; await at(200, true);",
    )
    assert told == {"states": ["lost"], "renewed": [], "state": "lost"}


def test_a_platform_that_is_away_for_a_moment_loses_nothing(run: Run) -> None:
    told = run(
        "lease",
        LEASE
        % """fails = { status: 0 };
        for (let s = 100; s < 110; s += 1) await at(s, true);
        fails = null; await at(120, true);""",
    )
    assert told == {"states": [], "renewed": [120], "state": "held"}


def test_each_key_has_one_action(run: Run) -> None:
    keys = run("keys", "m.ACTIONS.flatMap(a => a.keys)")
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("event", "typing", "name"),
    [
        ({"key": "a", "code": "KeyA"}, False, "accept"),
        ({"key": "A", "code": "KeyA"}, False, "accept"),  # caps lock
        ({"key": "ش", "code": "KeyA"}, False, "accept"),
        ({"key": "؟", "code": "Slash", "shiftKey": True}, False, "help"),
        ({"key": "?", "code": "Slash", "shiftKey": True}, False, "help"),
        ({"key": "٣", "code": "Digit3"}, False, "candidate"),
        ({"key": "a", "code": "KeyQ"}, False, "accept"),  # AZERTY: the letter counts, not the place
        ({"key": "a", "code": "KeyA"}, True, None),
        ({"key": "Enter", "code": "Enter"}, True, None),
        ({"key": "Enter", "code": "Enter"}, False, "edit"),
        ({"key": "Enter", "code": "Enter", "ctrlKey": True}, True, "correct"),
        ({"key": "Enter", "code": "Enter", "metaKey": True}, True, "correct"),
        ({"key": "ArrowDown", "code": "ArrowDown", "altKey": True}, True, "next"),
        ({"key": "Escape", "code": "Escape"}, True, "leave"),
        ({"key": "c", "code": "KeyC", "ctrlKey": True}, False, None),  # copying
        ({"key": "r", "code": "KeyR", "ctrlKey": True}, False, None),  # loading anew
        ({"key": "a", "code": "KeyA", "isComposing": True}, False, None),
    ],
)
def test_keys(run: Run, event: dict[str, Any], typing: bool, name: str | None) -> None:
    found = run(
        "keys", "m.actionOf(x[0], { typing: x[1], single: true })?.name ?? null", [event, typing]
    )
    assert found == name


def test_single_keys_can_be_switched_off(run: Run) -> None:
    code = "x.map(e => m.actionOf(e, { typing: false, single: false })?.name ?? null)"
    assert run("keys", code, [{"key": "a"}, {"key": "1"}, {"key": "Enter", "ctrlKey": True}]) == [
        None,
        None,
        "correct",
    ]


def test_an_odd_task_becomes_an_empty_block(run: Run) -> None:
    for payload in (None, 7, [], {"words": 3, "box": "x", "page_size": [0, 0], "text": 4}):
        block = run("task", "m.blockOf({ id: 'rvt_1', subject: 's', payload: x })", payload)
        assert (block["text"], block["words"], block["place"], block["direction"]) == (
            "",
            [],
            None,
            "rtl",
        )
        assert run("task", "m.pictureOf(x)", block) == ""


def test_reasons_are_shown_in_words(run: Run) -> None:
    reasons = [
        {"code": "unsure_words", "says": "3 words are unsure"},
        "row 2, column 1: sum",
        {"code": "x"},
        7,
        {},
    ]
    block = run(
        "task", "m.blockOf({ id: 'rvt_1', subject: 's', payload: { reasons: x } }).reasons", reasons
    )
    assert block == ["3 words are unsure", "row 2, column 1: sum", "x"]


def test_boxes_become_parts_of_their_page(run: Run) -> None:
    size = {"width": 200, "height": 400}
    assert run("task", "m.placed(x[0], x[1])", [[20, 40, 120, 140], size]) == {
        "left": 0.1,
        "top": 0.1,
        "width": 0.5,
        "height": 0.25,
    }
    for box in ([1, 2, 3], [3, 1, 1, 2], [1, 1, 1, 2], None, ["a", 1, 2, 3]):
        assert run("task", "m.placed(x[0], x[1])", [box, size]) is None
    assert run("task", "m.pictureOf({ document: 'doc/../x', page: 2 })") == (
        "/api/documents/doc%2F..%2Fx/pages/2/image"
    )


def test_the_text_that_stands_is_the_last_that_was_not_undone(run: Run) -> None:
    def said(verdict: str, name: str, text: str | None = None, undoes: str | None = None) -> Any:
        value = None if text is None else {"text": text}
        return {"id": name, "verdict": verdict, "value": value, "undoes": undoes}

    first, second = said("correct", "1", "one"), said("correct", "2", "two")
    undo = said("undo", "3", undoes="2")
    for history, text in (
        ([], "read"),
        ([first], "one"),
        ([first, second], "two"),
        ([second, undo], "read"),
        ([first, second, undo, said("skip", "4")], "one"),
        ([said("accept", "1")], "read"),
        (None, "read"),
    ):
        assert (
            run("task", "m.standingText(x)", {"history": history, "payload": {"text": "read"}})
            == text
        )
    assert run("task", "m.standingText({ history: [], payload: null })") == ""


def test_jobs_in_words(run: Run) -> None:
    def told(state: str, done: int, of: int | None) -> Any:
        return run("jobs", "m.progressOf(x)", {"state": state, "pages": {"done": done, "all": of}})

    assert told("queued", 0, None) == {"words": "", "part": None}
    assert told("reading", 1, 4) == {"words": "1 of 4", "part": 0.25}
    assert told("done", 4, 4) == {"words": "4", "part": None}
    some = {"state": "done", "pages": {"done": 4, "all": 4, "failed": 1}}
    assert run("jobs", "m.progressOf(x).words", some) == "4 · 1 failed"
    assert told("failed", 1, 4) == {"words": "1 of 4", "part": None}
    assert run("jobs", "[m.sizeWords(12), m.sizeWords(1234), m.sizeWords(12345678)]") == [
        "12 bytes",
        "1.2 KB",
        "12.3 MB",
    ]


def test_the_same_choice_of_a_file_has_the_same_key(run: Run) -> None:
    code = """(() => {
      const file = new File(["a"], "a.pdf"), other = new File(["a"], "a.pdf");
      return [m.keyFor(file) === m.keyFor(file), m.keyFor(file) === m.keyFor(other), m.keyFor(file)];
    })()"""
    same, confused, key = run("jobs", code)
    assert (same, confused) == (True, False)
    assert len(key) > 20


API = """(async () => {
  const asked = [];
  const answers = %s;
  let signedOut = 0;
  const api = new m.Api({
    signedOut: () => { signedOut += 1; },
    fetcher: async (path, { method = "GET", headers }) => {
      asked.push(`${method} ${path} ${headers["x-csrf-token"] ?? ""}`.trim());
      const next = answers.shift();
      if (!next) throw new TypeError("Failed to fetch");
      return new Response(next[1], { status: next[0] });
    },
  });
  let result;
  try { result = await api.send("POST", "/api/x", { a: 1 }); }
  catch (error) { result = { status: error.status, code: error.code, message: error.message }; }
  return { asked, result, signedOut };
})()"""


def test_a_change_carries_the_token_and_fetches_it_anew_once(run: Run) -> None:
    token = """[200, '{"csrf_token": "t1"}']"""
    told = run(
        "api", API % f"[{token}, [403, '{{}}'], [200, '{{\"csrf_token\": \"t2\"}}'], [204, null]]"
    )
    assert told["asked"] == [
        "GET /api/session",
        "POST /api/x t1",
        "GET /api/session",
        "POST /api/x t2",
    ]
    assert told["result"] is None
    refused = run("api", API % f"[{token}, [403, '{{}}'], {token}, [403, '{{}}']]")
    assert refused["result"]["status"] == 403
    assert len(refused["asked"]) == 4


def test_what_goes_wrong_is_said_in_the_platforms_words(run: Run) -> None:
    token = """[200, '{"csrf_token": "t1"}']"""
    envelope = """[409, '{"error": {"code": "conflict", "message": "it moved"}}']"""
    told = run("api", API % f"[{token}, {envelope}]")
    assert told["result"] == {"status": 409, "code": "conflict", "message": "it moved"}
    assert run("api", API % f"[{token}, [502, 'bad gateway']]")["result"]["message"] == (
        "the platform answered with status 502"
    )
    away = run("api", API % f"[{token}]")["result"]
    assert (away["status"], away["message"]) == (0, "The platform does not answer. Is it running?")
    assert run("api", API % f"[{token}, [200, 'no JSON']]")["result"]["code"] == "unreadable"
    assert run("api", API % "[[401, '{}']]")["signedOut"] == 1
