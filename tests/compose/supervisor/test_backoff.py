from hypothesis import given
from hypothesis import strategies as st

from vanguard.compose.supervisor.backoff import FIRST_S, HEALTHY_S, LAST_S, LOOP_DEATHS, Backoff


def test_delays_double_and_a_loop_is_called_one() -> None:
    backoff = Backoff()
    verdicts = [backoff.died(0.2) for _ in range(12)]
    assert [verdict.delay_s for verdict in verdicts[:4]] == [0.1, 0.2, 0.4, 0.8]
    assert [verdict.looping for verdict in verdicts] == [False] * 4 + [True] * 8
    assert verdicts[-1].delay_s == LAST_S
    assert verdicts[-1].deaths == 12


def test_a_healthy_life_clears_the_sheet() -> None:
    backoff = Backoff()
    for _ in range(LOOP_DEATHS):
        backoff.died(1)
    verdict = backoff.died(HEALTHY_S)
    assert (verdict.delay_s, verdict.deaths, verdict.looping) == (FIRST_S, 1, False)


@given(st.lists(st.floats(0, 2 * HEALTHY_S), min_size=1, max_size=100))
def test_it_is_always_tried_again_soon(lives: list[float]) -> None:
    backoff = Backoff()
    for lived in lives:
        assert FIRST_S <= backoff.died(lived).delay_s <= LAST_S
