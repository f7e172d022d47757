"""The short form of `python -m bench.routing.day`: some agents, a few hours, four small accounts."""

from bench.routing.day import SEED, Simulation, report
from bench.routing.fleet import ENDLESS, Affine, Quotas, RoundRobin, accounts
from bench.routing.trace import day

from vanguard.snapshot.model import Routing


def test_a_day_of_agents_keeps_its_caches_although_quotas_make_them_move():
    sessions = day(6, 3, SEED)
    one = Simulation(sessions, RoundRobin(accounts(ENDLESS)[:1])).run()
    small = accounts(Quotas(tokens=150_000, requests=5))
    affine = Simulation(sessions, Affine(small, Routing("least_tokens"), SEED)).run()
    assert one.requests == affine.requests > 500
    assert affine.spilled / affine.requests >= 0.10
    assert affine.hit_rate / one.hit_rate >= 0.95
    assert (affine.lost, affine.seen, affine.refused) == (0, 0, 0)
    assert "| affinity | 592 | " in report({"one account": one, "affinity": affine})
