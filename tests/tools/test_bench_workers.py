"""The bench's gateway borrows its limits, as the product's does, and a run ends when it does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from bench.peers import vanguard
from bench.peers.contract import Running, Site
from bench.peers.registry import CANDIDATES
from bench.rig import lender, process
from bench.rig.lab import Lab, lab
from bench.rounds import QUICK, Bench, BenchError, Round
from bench.scenarios import JSON, SCENARIOS, TWO_WORKERS, models


@pytest.fixture
def made() -> Iterator[Lab]:
    with lab(tls=False) as one:
        yield one


def site(made: Lab, workers: int, boot: dict[str, str] | None = None) -> Site:
    core = process.two_cores()
    return Site(made.folder, core, made.load_core, made.upstreams, models(), boot or {}, workers)


def round_of(running: Running) -> Round:
    return Round(Bench(QUICK, process.cores()[1]), CANDIDATES["vanguard"], running)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.e2e
def test_two_workers_borrow_from_one_lender_and_serve_one_port(made):
    running = vanguard.start(site(made, 2))
    try:
        measured = round_of(running)
        measured.apart(TWO_WORKERS)
        assert running.amiss() == ""
        assert len(set(running.pids)) == 2
        homes = list(made.folder.glob("home-*/journal/gateway-*"))
        assert len(homes) == 2
    finally:
        running.stop()
    names = {name.partition(".")[2] for name in measured.figures}
    assert names == {"rps", "cpu_us", "user_us", "system_us", "least_share"}
    assert 0 <= measured.figures["2-workers.least_share"] <= 0.5
    assert all(one.poll() is not None for one in [*running.more, *running.beside])


@pytest.mark.e2e
def test_a_run_ends_when_the_lender_is_gone(made):
    running = vanguard.start(site(made, 1))
    try:
        measured = round_of(running)
        measured.apart(JSON)
        process.stop(running.beside[0])
        until(lambda: running.amiss() != "")
        (home,) = made.folder.glob("home-*")
        with pytest.raises(ConnectionError, match="does not borrow"):
            lender.insist(home)
        assert running.amiss() == "0 gateway processes borrow their limits, not 1"
        with pytest.raises(BenchError, match="vanguard: 0 gateway processes borrow"):
            measured._sound(wait_s=0)
    finally:
        running.stop()


@pytest.mark.e2e
def test_a_gateway_that_was_told_to_count_for_itself_does(made):
    asked = {"limits_socket": ""}
    running = vanguard.start(site(made, 1, asked))
    try:
        round_of(running).apart(JSON)
        assert running.amiss() == ""
    finally:
        running.stop()
    assert vanguard.alone(asked)
    assert not vanguard.alone({})


def test_a_candidate_that_is_not_what_is_said_of_it_ends_the_run():
    said = iter(["one is missing", ""])
    running = Running("vanguard", 1, None, 0.0, amiss=lambda: next(said))
    measured = round_of(running)
    with pytest.raises(BenchError, match="vanguard: one is missing"):
        measured._sound(wait_s=0)
    measured._sound(wait_s=0)
    said = iter(["not yet", ""])
    measured._sound(wait_s=60)


def test_only_our_gateway_is_asked_for_two_workers():
    assert [name for name, one in CANDIDATES.items() if TWO_WORKERS.needs <= one.able] == [
        "vanguard"
    ]
    assert [one for one in SCENARIOS if one.workers > 1] == [TWO_WORKERS]
