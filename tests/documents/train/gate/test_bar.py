"""Whether a candidate is no worse than a bar."""

import pytest

from vanguard.core.errors import InvalidRequest, SettingsError
from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.run import score_page
from vanguard.documents.evaluate.sources.content import Content
from vanguard.documents.evaluate.sources.files import Pair
from vanguard.documents.evaluate.sources.markdown import content
from vanguard.documents.train.gate.bar import Bar, check, judge

TRUTHS = [f"في البيت {number} كتب كثيرة" for number in range(12)]


def sums(texts):
    pairs = [
        Pair(str(n), str(n), 0, content(truth), content(text) if text else Content(failed="none"))
        for n, (truth, text) in enumerate(zip(TRUTHS, texts, strict=True))
    ]
    return [score_page(pair, strict.FORM)[1] for pair in pairs]


def spoilt(wrong, letters=4):
    """The truths, some of them with letters missing at their end."""
    return [truth[: -letters if n in wrong else None] for n, truth in enumerate(TRUTHS)]


def verdict(candidate, base=None, **more):
    return judge(Bar(**{"figures": ("cer",), **more}), sums(candidate), base and sums(base))


def test_a_better_reader_passes():
    found = verdict(TRUTHS, spoilt({1, 2, 3, 4, 5, 6}))
    assert found.passed
    (one,) = found.judged
    assert one.candidate == 0 < one.bar
    assert one.interval[0] < one.interval[1] < 0


def test_a_worse_reader_falls_through():
    found = verdict(spoilt({1, 2, 3, 4, 5, 6}), TRUTHS)
    assert not found.passed
    assert found.judged[0].interval[0] > 0


def test_the_worse_end_of_the_interval_counts_not_the_mean():
    # as often better as worse: the mean says equal, the interval that nobody knows
    found = verdict(spoilt({0, 1, 2}), spoilt({3, 4, 5}))
    (one,) = found.judged
    assert one.candidate == pytest.approx(one.bar, abs=0.01)
    assert one.interval[1] > 0.01
    assert not found.passed
    assert verdict(spoilt({0, 1, 2}), spoilt({3, 4, 5}), margin=1.0).passed


def test_pages_are_compared_with_themselves():
    # both fail alike on the same pages: an unpaired comparison would be wide
    both = spoilt({0, 3, 7})
    (one,) = verdict(both, both).judged
    assert one.interval == (0, 0)
    assert one.passed


def test_where_higher_is_better_the_lower_end_counts():
    worse = [truth.replace("0", "").replace("7", "1") for truth in TRUTHS]
    assert not verdict(worse, TRUTHS, figures=("numbers_exact",)).passed
    assert verdict(TRUTHS, worse, figures=("numbers_exact",)).passed


def test_scales_to_a_hundred_have_a_hundredfold_margin():
    candidate = spoilt({3}, letters=2)
    (one,) = verdict(candidate, TRUTHS, figures=("chrf",), margin=0.05).judged
    assert -5 < one.interval[0] < -0.05
    assert one.passed


def test_a_fixed_bar_needs_no_base():
    assert verdict(TRUTHS, figures=(), fixed={"cer": 0.05}, margin=0.0).passed
    found = verdict(spoilt(set(range(12))), figures=(), fixed={"cer": 0.05})
    assert not found.passed
    assert found.judged[0].against == "fixed"


def test_a_page_that_was_not_read_is_a_failed_one():
    found = verdict([None, *TRUTHS[1:]], TRUTHS, figures=("failed",), margin=0.0)
    assert not found.passed
    assert found.judged[0].candidate == pytest.approx(1 / 12)


def test_figures_without_a_say_are_named_and_alone_pass_nothing():
    found = verdict(TRUTHS, TRUTHS, figures=("cer", "teds"))
    assert (found.passed, found.silent) == (True, ("teds",))
    assert not verdict(TRUTHS, TRUTHS, figures=("teds",)).passed


def test_the_same_seed_gives_the_same_verdict():
    one, two = (verdict(spoilt({1, 2}), spoilt({2, 3}), seed=9) for _ in range(2))
    assert one == two


def test_an_interval_needs_two_documents():
    with pytest.raises(InvalidRequest, match="needs 2 at least"):
        judge(Bar(), sums(TRUTHS)[:1], sums(TRUTHS)[:1])
    with pytest.raises(InvalidRequest, match="not read on the same"):
        judge(Bar(), sums(TRUTHS), sums(TRUTHS)[:3])


@pytest.mark.parametrize(
    ("bar", "message"),
    [
        (Bar(figures=("cr",)), "no figure 'cr'"),
        (Bar(fixed={"wr": 1.0}), "no figure 'wr'"),
        (Bar(figures=()), "no figure is asked for"),
        (Bar(margin=2.0), "margin: 2.0"),
    ],
)
def test_a_bar_is_checked_before_anything_is_trained(bar, message):
    check(Bar())
    with pytest.raises(SettingsError, match=message):
        check(bar)
