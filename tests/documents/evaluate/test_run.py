"""Whole evaluations: failed pages, profiles, what a profile cannot see, and limits."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sacrebleu import corpus_chrf

from vanguard.core.errors import InvalidRequest
from vanguard.documents.evaluate import run
from vanguard.documents.evaluate.metrics import edits
from vanguard.documents.evaluate.report import page
from vanguard.documents.evaluate.result import Evaluation
from vanguard.documents.evaluate.run import Settings, evaluate
from vanguard.documents.evaluate.sources import html, markdown
from vanguard.documents.evaluate.sources.content import Content
from vanguard.documents.evaluate.sources.files import Pair, Pairs

TRUTH = "# باب\n\nمدرسةٌ كبيرة فيها ١٢ معلما.\n\n| أ | ب |\n|---|---|\n| ١ | ٢ |\n\nوهنا خاتمة."


def pairs(*predictions, truth=TRUTH):
    return Pairs(
        tuple(
            Pair(f"p{number}", f"d{number}", 0, markdown.content(truth), prediction)
            for number, prediction in enumerate(
                markdown.content(one) if isinstance(one, str) else one for one in predictions
            )
        )
    )


def scored(*predictions, profile="strict", **more):
    return evaluate(pairs(*predictions, **more), Settings(profile, draws=30))


@pytest.mark.parametrize("profile", ["strict", "lenient", "kitab", "misraj"])
def test_the_truth_itself_is_without_fault(profile):
    figures = scored(TRUTH, TRUTH, profile=profile).figures
    assert {figures[name] for name in figures if name.startswith(("cer", "wer", "der"))} == {0}
    assert figures["chrf"] == pytest.approx(100)
    for name in ("numbers_exact", "numbers_precision", "order_pairs", "order_found"):
        assert figures[name] == 1
    # tables of pipes are none to KITAB's scorer
    assert figures["teds"] == (None if profile == "kitab" else 1)


@pytest.mark.parametrize("profile", ["strict", "lenient", "kitab", "misraj"])
@pytest.mark.parametrize("nothing", [Content(failed="dark"), "", " \n\n"])
def test_a_page_that_was_not_read_is_wholly_wrong(profile, nothing):
    found = scored(TRUTH, nothing, profile=profile)
    assert found.failed == 1
    assert found.figures["failed"] == 0.5
    assert found.figures["cer_macro"] == found.figures["wer_macro"] == 0.5
    assert found.pages[0].cer == found.pages[0].wer == 1
    assert found.pages[0].failed in ("dark", "nothing was read")


def test_what_stands_in_a_failed_page_does_not_count():
    content = Content(markdown.content(TRUTH).pieces, TRUTH, failed="half of it")
    figures = scored(content).figures
    assert figures["cer"] == 1
    for name in ("chrf", "teds", "numbers_exact", "order_found", "mars_assigned"):
        assert figures[name] == 0


def test_nothing_to_read_and_nothing_read_is_right():
    found = scored("", truth="")
    assert (found.failed, found.figures["cer"]) == (0, 0)
    assert scored("زيادة", truth="").figures["cer"] == 5


def test_a_runaway_shows_in_each_profile():
    for profile in ("strict", "lenient", "kitab", "misraj"):
        found = scored(TRUTH, TRUTH + " وهنا" * 500, profile=profile)
        assert found.figures["cer"] > 5
        assert found.cer.over_one == 0.5
        assert found.figures["cer_capped_macro"] == 0.5


def test_a_lenient_profile_forgives_what_a_strict_one_does_not():
    read = TRUTH.replace("ةٌ", "ة").replace("١٢", "12")
    strict, lenient = scored(read), scored(read, profile="lenient")
    assert strict.figures["cer"] > lenient.figures["cer"] == 0
    kitab = scored(TRUTH.replace("مدرسةٌ", "مدرسه"), profile="kitab")
    assert kitab.figures["cer"] == 0


def test_numbers_and_marks_are_seen_even_where_the_profile_folds_them():
    found = scored(TRUTH.replace("١٢", "12").replace("معلما", "مُعلما"), profile="lenient").figures
    assert found["cer"] == 0
    assert found["numbers_exact"] == pytest.approx(2 / 3)
    assert found["numbers_folded"] == 1
    assert found["invented_marks"] > 0


def test_tables_come_in_any_spelling():
    read = TRUTH.replace(
        "| أ | ب |\n|---|---|\n| ١ | ٢ |",
        "<table><tr><th>أ</th><th>ب</th></tr><tr><td>١</td><td>٢</td></tr></table>",
    )
    for profile in ("strict", "misraj"):
        assert scored(read, profile=profile).figures["teds"] == 1
        assert scored(read, profile=profile).figures["cer"] == 0


def test_the_two_published_forms_of_mars_differ_by_the_text_of_tables():
    tables = "| {} | {} |\n|---|---|\n| ٥ | ٦ |"
    truth, read = ("نص طويل\n\n" + tables.format(*cells) for cells in (("أب", "جد"), ("أب", "جه")))
    figures = scored(read, truth=truth).figures
    # tbody, two rows, four cells; one letter of two of one cell is wrong
    teds = 100 * (1 - 0.5 / 7)
    assert figures["mars_kitab"] == pytest.approx((100 + teds) / 2)
    whole = corpus_chrf(["نص طويل أب جه ٥ ٦"], [["نص طويل أب جد ٥ ٦"]]).score
    assert figures["mars_misraj"] == pytest.approx((whole + teds) / 2)
    assert whole < 99


def test_the_same_seed_gives_the_same_bytes():
    one, other = scored(TRUTH, "نص", TRUTH), scored(TRUTH, "نص", TRUTH)
    data = msgspec.json.encode(one)
    assert data == msgspec.json.encode(other)
    assert msgspec.json.decode(data, type=Evaluation) == one
    low, high = one.intervals["cer"]
    assert low <= one.figures["cer"] <= high


def test_the_method_says_what_not_to_compare():
    method = scored(TRUTH).method
    assert (method.profile, method.form, method.draws) == ("strict", "strict-1", 30)
    assert set(method.libraries) == set(run.LIBRARIES)


def test_limits_are_told(monkeypatch):
    monkeypatch.setattr(edits, "MAX_PRODUCT", 10)
    found = scored("نص آخر")
    assert any("upper bound" in note for note in found.notes)


def test_each_pair_is_told_of():
    seen = []
    evaluate(pairs(TRUTH, TRUTH), Settings(draws=0), lambda pair: seen.append(pair.name))
    assert seen == ["p0", "p1"]


def test_no_such_profile():
    with pytest.raises(InvalidRequest, match="there are strict, lenient, kitab, misraj"):
        scored(TRUTH, profile="kind")


MARKUP = (
    "<table>", "</table>", "<tr>", "<td>", "<th colspan=3>", "|", "|---|", "\n", "\n\n", "# ", "**",
    "__", "`", "```", "<b>", "</b>", "<br>", "<h1>", "</h1>", "<!--", "-->", "[a](b)", "![", "أ", "نصٌّ ",
    "١٢٣", "\u200f", "\0", " ", "- ", "> ", "1. ", "&amp;", "&#0;", "<image>", "\\", "===", "---",
    "\u2028", "<script>",
)  # fmt: skip
pages = some.lists(some.sampled_from(MARKUP), max_size=40).map("".join)


@given(pages, pages, some.sampled_from(["strict", "lenient", "kitab", "misraj"]))
def test_no_page_of_strangers_breaks_it_and_a_page_is_like_itself(one, other, profile):
    given_pairs = (
        Pair("same", "a", 0, markdown.content(one), markdown.content(one)),
        Pair("other", "b", 0, markdown.content(one), html.content(other)),
        Pair("plain", "c", 0, html.content(one), markdown.plain(other)),
    )
    found = evaluate(Pairs(given_pairs), Settings(profile, draws=2))
    same = next(score for score in found.pages if score.name == "same")
    assert (same.cer, same.wer, same.failed) == (0, 0, "")
    assert same.tables.teds in (None, 1)
    assert "<script" not in page.html(found, given_pairs)
    msgspec.json.encode(found)
