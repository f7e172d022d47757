from hypothesis import given
from hypothesis import strategies as st

from vanguard.gateway.routing.health import Health


def test_three_failures_in_a_row_cool_a_deployment_down():
    health = Health()
    for _ in range(2):
        health.failed("a", 100.0)
    assert health.healthy("a", 100.0)
    health.failed("a", 100.0)
    assert not health.healthy("a", 101.9)
    assert health.healthy("a", 102.0)


def test_a_success_forgets():
    health = Health()
    for _ in range(3):
        health.failed("a", 100.0)
    health.succeeded("a", 200.0)
    health.failed("a", 100.0)
    assert health.healthy("a", 100.0)


def test_retry_after_counts_at_once_and_cooldowns_grow_to_a_minute():
    health = Health()
    health.failed("a", 100.0, wait_s=7)
    assert not health.healthy("a", 106.9)
    assert health.healthy("a", 107.0)
    for _ in range(20):
        health.failed("a", 200.0, wait_s=1e9)
    assert not health.healthy("a", 259.9)
    assert health.healthy("a", 260.0)


def test_what_fails_every_other_time_is_set_aside_too():
    health = Health()
    for _ in range(5):
        health.failed("a", 100.0)
        assert health.healthy("a", 100.0)
        health.succeeded("a", 200.0)
    opened = 0
    for _ in range(10):
        health.failed("a", 100.0)
        opened += not health.healthy("a", 100.0)
        health.succeeded("a", 200.0)
    assert opened


def test_after_a_cooldown_one_request_goes_first():
    health = Health()
    for _ in range(3):
        health.failed("a", 100.0)
    assert health.breaker("a", 101.0) == "open"
    assert health.breaker("a", 103.0) == "half_open"
    health.tried("a", 103.0)
    assert health.breaker("a", 103.0) == "open"
    # nobody said how it went: time lets the next one through
    assert health.breaker("a", 108.1) == "half_open"
    health.tried("a", 108.1)
    health.succeeded("a", 200.0)
    assert health.breaker("a", 108.1) == "closed"


def test_a_trial_that_fails_cools_down_for_longer():
    health = Health()
    for _ in range(3):
        health.failed("a", 100.0)
    health.tried("a", 102.0)
    health.failed("a", 102.5)
    assert health.opens_in_s("a", 102.5) == 4.0


def test_what_fails_in_one_moment_fails_once():
    health, now = Health(), 100.0
    for cooldown_s in (2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0):
        for _ in range(50):  # all streams of a server that is started anew
            health.failed("a", now)
        assert health.opens_in_s("a", now) == cooldown_s
        now += cooldown_s
        assert health.healthy("a", now)
        health.tried("a", now)
    health.succeeded("a", now)
    for _ in range(50):
        health.failed("a", now)
    assert health.opens_in_s("a", now) == 2.0


def test_one_that_never_tripped_may_be_tried_by_all():
    health = Health()
    health.failed("a", 100.0)
    health.tried("a", 100.0)
    assert health.healthy("a", 100.0)


def test_a_probe_finds_it_dead_and_alive_but_forgives_no_failures():
    health = Health()
    health.probed("a", alive=False)
    assert (health.healthy("a", 1.0), health.breaker("a", 1.0)) == (False, "open")
    health.probed("a", alive=True)
    assert health.breaker("a", 1.0) == "closed"
    for _ in range(3):
        health.failed("a", 1.0)
    health.probed("a", alive=True)
    assert health.breaker("a", 1.0) == "open"
    health.probed("a", alive=False)
    health.succeeded("a", 200.0)
    assert health.healthy("a", 1.0)


def test_what_is_gone_is_forgotten():
    health = Health()
    health.failed("a", 1.0)
    health.probed("b", alive=False)
    health.forget(frozenset())
    assert health.all_well
    assert health.healthy("b", 1.0)


def opened(at: float) -> Health:
    """With a breaker that three failures have opened."""
    health = Health()
    for _ in range(3):
        health.failed("a", at, 0.0, at - 0.5)
    assert health.breaker("a", at) == "open"
    return health


def test_an_answer_to_what_went_there_before_it_opened_changes_nothing():
    health = opened(100.0)
    for _ in range(50):  # well to their ends, and begun before it took no new ones
        health.succeeded("a", 99.9)
    assert health.opens_in_s("a", 100.0) == 2.0
    health.tried("a", 102.0)
    health.succeeded("a", 99.9)
    assert health.breaker("a", 102.5) == "open", "the trial goes on"
    health.succeeded("a", 102.0)
    assert health.breaker("a", 102.5) == "closed"


def test_nor_does_it_end_what_the_provider_asked_for():
    health = Health()
    health.failed("a", 100.0, wait_s=7)
    health.succeeded("a", 99.9)
    assert health.opens_in_s("a", 100.0) == 7.0
    health.succeeded("a", 100.1)
    assert health.healthy("a", 100.2)


def test_what_went_there_before_it_opened_does_not_fail_the_trial_either():
    health = opened(100.0)
    health.tried("a", 102.0)
    for _ in range(50):  # they waited for a first byte
        health.failed("a", 102.5, 0.0, 99.9)
    assert health.opens_in_s("a", 102.5) == 4.5, "the trial has five seconds"
    health.succeeded("a", 102.0)
    assert health.healthy("a", 103.0)


def test_scattered_failures_are_not_in_a_row_however_late_the_answers_are():
    health, now = Health(), 100.0
    for number in range(2_000):
        now += 0.01
        # one in sixteen fails at once; the others answer half a second after they went there
        if number % 16 == 0:
            health.failed("a", now, 0.0, now)
        else:
            health.succeeded("a", now - 0.5)
        assert health.healthy("a", now)


def cycles(broken_of: int, requests: int) -> int:
    """How often it opens when the last of so many answers breaks off, one request after the other."""
    health, now, count = Health(), 100.0, 0
    for number in range(requests):
        now += 1.0
        begun, now = now, now + 1.0
        health.succeeded("a", begun)
        if number % broken_of == broken_of - 1:
            health.broke_off("a", now, 0.0, begun)
        if not health.healthy("a", now):
            count += 1
            now += health.opens_in_s("a", now)
            health.tried("a", now)
    return count


def test_first_tokens_with_no_end_are_failures():
    assert cycles(1, 3) == 0
    assert cycles(1, 4) == 1
    assert cycles(2, 40) > 1, "half of them"
    assert cycles(10, 400) == 0, "now and then"


def test_trials_that_begin_well_and_break_off_cool_down_for_longer_too():
    health, now = opened(100.0), 102.0
    for cooldown_s in (4.0, 8.0, 16.0, 32.0, 60.0, 60.0):
        health.tried("a", now)
        health.succeeded("a", now)
        assert health.healthy("a", now), "others follow the first token"
        health.broke_off("a", now + 1, 0.0, now)
        assert health.opens_in_s("a", now + 1) == cooldown_s
        now += 1 + cooldown_s
    health.tried("a", now)
    for _ in range(20):
        health.succeeded("a", now)
    assert health.all_well


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["answer", "failure", "break", "pause", "try"]), st.floats(0.0, 9.0)
        ),
        max_size=60,
    )
)
def test_only_what_went_there_since_it_opened_shortens_its_rest(steps):
    health, now, opened = Health(), 100.0, 0.0
    for step, seconds in steps:
        now += 0.5
        begun, rest = now - seconds, health.opens_in_s("a", now)
        if step == "answer":
            health.succeeded("a", begun)
        elif step == "failure":
            health.failed("a", now, 0.0, begun)
        elif step == "break":
            health.broke_off("a", now, 0.0, begun)
        elif step == "pause":
            health.failed("a", now, 5.0, begun)
        else:
            health.tried("a", now)
            rest = health.opens_in_s("a", now)
        left = health.opens_in_s("a", now)
        assert left >= rest or begun >= opened
        if left > rest:
            opened = now
