from vanguard.gateway.routing.load import Load, Waits


def test_the_first_wait_is_the_mean_and_later_ones_move_it():
    waits = Waits()
    assert waits.mean_s(100.0) == 0.0
    waits.add(1.0, 100.0)
    assert waits.mean_s(100.0) == 1.0
    waits.add(2.0, 100.0)
    assert 1.1 < waits.mean_s(100.0) < 1.3
    waits.add(2.0, 1_000.0)
    assert 1.9 < waits.mean_s(1_000.0) <= 2.0


def test_slowness_is_forgiven_with_time():
    waits = Waits()
    waits.add(10.0, 100.0)
    assert waits.mean_s(100.0) == 10.0
    assert waits.mean_s(220.0) < 4.0
    assert waits.mean_s(10_000.0) < 0.001


def test_an_idle_one_is_busy_with_nothing():
    load = Load()
    assert (load.requests, load.tokens) == (0, 0)
