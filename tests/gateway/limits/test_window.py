from hypothesis import given
from hypothesis import strategies as st

from vanguard.gateway.limits.window import MinuteWindow


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(1, 5)), max_size=60))
def test_no_sixty_seconds_ever_hold_more_than_the_limit(arrivals):
    window, limit, moment = MinuteWindow(), 10, 1_000.0
    admitted = []
    for gap, amount in arrivals:
        moment += gap
        if window.advance(int(moment)) + amount <= limit:
            window.add(amount, int(moment))
            admitted.append((moment, amount))
        else:
            assert sum(n for at, n in admitted if at > moment - 62) + amount > limit
    for start, _ in admitted:
        assert sum(n for at, n in admitted if start <= at <= start + 60) <= limit


def test_it_forgets_what_a_whole_minute_lies_behind():
    window = MinuteWindow()
    window.advance(5)
    window.add(3, 5)
    assert window.advance(65) == 3
    assert window.clear_in_s() == 1
    assert window.advance(66) == 0
    window.add(-3, 5)
    assert window.advance(67) == 0


def test_it_tells_when_enough_of_it_will_have_left():
    window = MinuteWindow()
    window.advance(10)
    window.add(2, 10)
    window.advance(30)
    window.add(5, 30)
    assert window.wait_s(1) == window.wait_s(2) == 41
    assert window.wait_s(3) == 61
    window.add(1, 10)
    assert window.clear_in_s() == 61
