from hypothesis import given, settings
from hypothesis import strategies as st

from vanguard.gateway.routing.warmth.generations import Generations


@settings(max_examples=50)
@given(st.lists(st.integers(0, 60), max_size=200), st.integers(1, 10))
def test_bounded_and_the_latest_are_kept(keys, most):
    kept: Generations[int] = Generations(most)
    for place, key in enumerate(keys):
        kept.put(key, place)
        assert len(kept) <= 2 * most
        assert kept.get(key) == place
    latest = list(dict.fromkeys(reversed(keys)))[:most]
    for key in latest:
        assert kept.get(key) is not None
