from vanguard.dialects.passthrough.counts import sane_count


def test_counts_stay_between_nothing_and_a_trillion():
    assert [sane_count(n) for n in (None, -5, 0, 7, 10**30)] == [0, 0, 0, 7, 2**40]
