from vanguard.gateway.health import Health


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
    health.succeeded("a")
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
