from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from vanguard.gateway.routing.warmth.affinity import Affinity
from vanguard.gateway.routing.warmth.prefix import Prefix


def prefix(*digests):
    marks = tuple((digest, 1_000 * (place + 1)) for place, digest in enumerate(digests))
    return Prefix(marks, 1_000 * len(digests))


def test_the_longest_beginning_that_was_sent_there():
    affinity = Affinity()
    affinity.sent("a", prefix(1, 2, 3), 100.0)
    assert affinity.warm_bytes("a", prefix(1, 2, 3, 4, 5), 50.0) == 3_000
    assert affinity.warm_bytes("a", prefix(1, 9), 50.0) == 1_000
    assert affinity.warm_bytes("a", prefix(8, 9), 50.0) == 0
    assert affinity.warm_bytes("b", prefix(1, 2, 3), 50.0) == 0


def test_it_cools_unless_it_is_used():
    affinity = Affinity()
    affinity.sent("a", prefix(1, 2), 100.0)
    assert affinity.warm_bytes("a", prefix(1, 2), 100.1) == 0
    affinity.sent("a", prefix(1, 2, 3), 200.0)
    assert affinity.warm_bytes("a", prefix(1, 2), 150.0) == 2_000


def test_what_was_refused_is_taken_back_but_not_what_came_since():
    affinity = Affinity()
    affinity.sent("a", prefix(1), 100.0)
    before = affinity.sent("a", prefix(1, 2, 3), 200.0)
    affinity.sent("a", prefix(1, 2), 201.0)
    affinity.unsent("a", before, 200.0)
    assert affinity.warm_bytes("a", prefix(1, 2, 3), 150.0) == 2_000
    before = affinity.sent("b", prefix(1, 2), 300.0)
    affinity.unsent("b", before, 300.0)
    affinity.unsent("gone", before, 300.0)
    assert affinity.warm_bytes("b", prefix(1, 2), 100.0) == 0


def test_seats_that_are_gone_are_forgotten():
    affinity = Affinity()
    affinity.sent("a", prefix(1), 100.0)
    affinity.forget(frozenset({"b"}))
    assert affinity.warm_bytes("a", prefix(1), 0.0) == 0


class Model(RuleBasedStateMachine):
    """Against a plain list of everything that was ever sent."""

    def __init__(self) -> None:
        super().__init__()
        self.affinity = Affinity()
        self.sent: list[tuple[str, tuple[int, ...], float]] = []
        self.now = 1_000.0

    @rule(seat=st.sampled_from("ab"), path=st.lists(st.integers(0, 2), min_size=1, max_size=5))
    def send(self, seat, path):
        self.affinity.sent(seat, prefix(*_digests(path)), self.now)
        self.sent.append((seat, _digests(path), self.now))

    @rule(seconds=st.floats(1, 200))
    def wait(self, seconds):
        self.now += seconds

    @rule(seat=st.sampled_from("ab"), path=st.lists(st.integers(0, 2), min_size=1, max_size=5))
    def look(self, seat, path):
        since = self.now - 300
        known = {
            digest
            for where, digests, at in self.sent
            if where == seat and at >= since
            for digest in digests
        }
        digests = _digests(path)
        expected = max((i + 1 for i, one in enumerate(digests) if one in known), default=0)
        assert self.affinity.warm_bytes(seat, prefix(*digests), since) == 1_000 * expected


def _digests(path):
    return tuple(hash(tuple(path[: place + 1])) for place in range(len(path)))


Model.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestModel = Model.TestCase
