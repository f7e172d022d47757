"""Agreement, on published examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.review.agreement import Agreement, agreement
from vanguard.review.values import VERDICTS, Rating


def tasks(*rows: str):
    """One text for each reviewer, one letter for each task; a dot is a task not judged."""
    for number, letters in enumerate(zip(*rows, strict=True)):
        yield [
            Rating(f"t{number}", f"r{who}", letter)  # type: ignore[arg-type]
            for who, letter in enumerate(letters)
            if letter != "."
        ]


def table(counts: dict[str, int]):
    """Tasks of two reviewers from a table of how often they said what."""
    rows = [pair for pair, times in counts.items() for _ in range(times)]
    return tasks("".join(pair[0] for pair in rows), "".join(pair[1] for pair in rows))


def test_kappa_of_the_textbook() -> None:
    # 50 grant proposals, 20 twice yes, 15 twice no: po = .7, pe = .5
    # (https://en.wikipedia.org/wiki/Cohen%27s_kappa, 2026-11)
    found = agreement(table({"yy": 20, "yn": 5, "ny": 10, "nn": 15}))
    assert (found.tasks, found.reviewers) == (50, 2)
    assert found.equal == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)


def test_the_same_share_by_chance_gives_another_kappa() -> None:
    assert agreement(table({"yy": 45, "yn": 15, "ny": 25, "nn": 15})).kappa == pytest.approx(
        0.1304, abs=1e-4
    )
    assert agreement(table({"yy": 25, "yn": 35, "ny": 5, "nn": 35})).kappa == pytest.approx(
        0.2593, abs=1e-4
    )


def test_alpha_of_krippendorffs_own_example() -> None:
    # "Computing Krippendorff's Alpha-Reliability" (2011), page 8: four observers, gaps, nominal
    found = agreement(tasks("123321412...", "1233224125.3", ".3332342251.", "12332441251."))
    assert (found.tasks, found.reviewers, found.kappa) == (11, 4, None)
    assert found.alpha == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_three_coders_with_gaps() -> None:
    # https://en.wikipedia.org/wiki/Krippendorff%27s_alpha, "A computational example", 2026-11
    found = agreement(tasks(".....3412113" + "3.3", "1.213343" + "." * 7, "..21344.2113" + "3.4"))
    assert found.alpha == pytest.approx(0.691, abs=5e-4)


def test_alpha_with_gaps_by_hand() -> None:
    # coincidences: aa 2 + 2*(1/2), ab and ba 1/2*2 each, n = 5: 1 - 4 * 2 / (25 - 16 - 1)
    found = agreement(tasks("aa", "ab", ".a"))
    assert found.alpha == pytest.approx(1 - 4 * 2 / (25 - 17))
    assert found.equal == pytest.approx(2 / 4)


def test_nothing_can_be_said_of_nothing_or_of_one_word() -> None:
    assert agreement([]) == Agreement(0, 0, None, None, None)
    assert agreement(tasks("a.", ".b")) == Agreement(0, 0, None, None, None)
    assert agreement(tasks("aaa", "aaa")) == Agreement(3, 2, 1.0, None, None)


def test_always_apart_is_below_chance() -> None:
    found = agreement(tasks("abab", "baba"))
    assert (found.equal, found.kappa) == (0.0, -1.0)
    assert found.alpha == pytest.approx(1 - 7 * 8 / 32)


ratings = st.lists(
    st.lists(st.sampled_from(VERDICTS), min_size=0, max_size=4).map(
        lambda said: [Rating("t", f"r{who}", verdict) for who, verdict in enumerate(said)]
    ),
    max_size=12,
)


@given(ratings)
def test_agreement_stays_in_its_bounds_and_ignores_the_order(found) -> None:
    one = agreement(found)
    other = agreement([task[::-1] for task in reversed(found)])
    assert (one.tasks, one.reviewers) == (other.tasks, other.reviewers)
    for name in ("equal", "kappa", "alpha"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))
    if one.equal is not None:
        assert 0 <= one.equal <= 1
    if one.equal == 1 and one.alpha is not None:
        assert one.alpha == pytest.approx(1)
    if one.kappa is not None:
        assert -1 <= one.kappa <= 1 + 1e-9
