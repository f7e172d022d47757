"""Options of a run: bounds, kinds in turn, seeds of pages."""

import pytest

from vanguard.core.errors import SettingsError
from vanguard.documents.synth.run.options import Options, check


def test_kinds_come_in_turn_and_seeds_are_far_apart():
    options = Options(10, seed=3, kinds=("plain", "letter"))
    assert [options.kind_of(page) for page in range(3)] == ["plain", "letter", "plain"]
    seeds = {Options(10, seed=seed).seed_of(page) for seed in range(20) for page in range(20)}
    assert len(seeds) == 400
    assert max(seeds) < 2**53


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(0), "pages: 0"),
        (Options(1, dpi=1000), "dpi: 1000"),
        (Options(1, kinds=("plane",)), "known are plain"),
        (Options(1, kinds=()), "kinds: none"),
        (Options(1, degrade="rain"), "degrade: no transform"),
        (Options(1, split="half"), "split: 'half'"),
    ],
)
def test_what_is_out_of_bounds_is_said(options, message):
    with pytest.raises(SettingsError, match=message):
        check(options)
    check(Options(1))
