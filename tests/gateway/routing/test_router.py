from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.gateway import deployment
from vanguard.core.usage import Usage
from vanguard.gateway.routing.course import Course
from vanguard.gateway.routing.health import Health
from vanguard.gateway.routing.router import Ask, Router
from vanguard.gateway.routing.warmth.prefix import Prefix
from vanguard.snapshot.model import Model, Quota, Routing

NOW = 1_000.0


def place(name, **more):
    return deployment("http://127.0.0.1:1/v1", name=name, **more)


def course(*able, behind=(), **routing):
    model = Model("m", "chat", tuple(one.id for one in able), routing=Routing(**routing))
    return Course(model, able, 4, tuple(behind))


def prefix(*digests):
    marks = tuple((digest, 1_000 * (index + 1)) for index, digest in enumerate(digests))
    return Prefix(marks, 1_000 * len(digests))


def router(seed=1):
    return Router(Health(), Random(seed))


def ids(plan):
    return [one.deployment.id for one in plan.choices]


def test_tiers_then_short_then_broken():
    limited = Quota(tokens_per_minute=100)
    ready, short, broken = (
        place("ready", priority=2),
        place("short", quota=limited),
        place("broken"),
    )
    made, way = router(), course(short, broken, ready, policy="weighted")
    made.health.failed("broken", NOW, wait_s=5)
    made.begin(way, Ask(90, 10), short, NOW)
    plan = made.plan(way, Ask(50, 10), NOW)
    assert ids(plan) == ["ready", "short", "broken"]
    assert [one.standing for one in plan.choices] == ["ready", "no_quota", "broken"]
    assert plan.choices[1].lacks == "tokens"
    assert [one.id for one in plan.attempts(4)] == ["ready", "short", "broken", "ready"]
    assert [one.id for one in plan.attempts(2)] == ["ready", "short"]


def test_a_conversation_stays_where_it_is_warm():
    made, way = router(), course(place("a"), place("b"), policy="least_tokens")
    talk = Ask(1_000, 100, prefix=prefix(1, 2, 3))
    ticket = made.begin(way, talk, way.able[1], NOW)
    ticket.head(200, [], NOW)
    longer = Ask(1_100, 100, prefix=prefix(1, 2, 3, 4))
    plan = made.plan(way, longer, NOW + 10)
    # although the other is less busy
    assert ids(plan) == ["b", "a"]
    assert (plan.choices[0].because, plan.choices[0].warm) == ("warm", 0.75)
    ticket.end(NOW + 20, Usage(1_000, 10))
    assert made.plan(way, longer, NOW + 400).choices[0].because == "policy"


def test_what_was_refused_made_nothing_warm():
    made, way = router(), course(place("a"), place("b"), policy="least_tokens")
    talk = Ask(1_000, 100, prefix=prefix(1, 2))
    made.begin(way, talk, way.able[0], NOW).end(NOW)
    assert {one.warm for one in made.plan(way, talk, NOW).choices} == {0.0}


def test_the_longer_beginning_wins_over_the_shorter():
    made, way = router(), course(place("a"), place("b"), policy="weighted")
    for marks, home in (((1, 7, 8, 9), way.able[0]), ((1, 2), way.able[1])):
        made.begin(way, Ask(1_000, 1, prefix=prefix(*marks)), home, NOW)
    assert ids(made.plan(way, Ask(1_000, 1, prefix=prefix(1, 2, 3)), NOW))[0] == "b"
    assert ids(made.plan(way, Ask(1_000, 1, prefix=prefix(1, 7, 8)), NOW))[0] == "a"


def test_a_crowded_home_is_left_but_never_for_a_few():
    made, way = router(), course(place("a"), place("b"), policy="least_tokens", max_load=1.5)
    talk = Ask(1_000, 100, prefix=prefix(1))
    for count in range(1, 20):
        made.begin(way, talk, way.able[0], NOW)
        first = made.plan(way, talk, NOW).choices[0]
        assert first.deployment.id == ("a" if count < 8 else "b"), count


def test_who_refuses_now_and_then_without_a_word_slows_nobody_down():
    """A hundred a second, one in ten refused, from a worker's first moment on: no limit is learned."""
    made, way, draws = router(), course(place("a"), place("b"), policy="weighted"), Random(7)
    kept = 0
    for number in range(10_000):
        now, ask = NOW + number / 100, Ask(300, 60)
        plan = made.plan(way, ask, now)
        kept += plan.pause_s > 0
        for one in plan.attempts(4):
            ticket = made.begin(way, ask, one, now)
            served = draws.random() > 0.1
            ticket.head(200 if served else 429, [], now)
            if not served:
                ticket.refused(None, now)
            ticket.end(now, Usage(300, 60) if served else None, well=served)
            if served:
                break
    assert kept == 0


def test_spilled_before_it_is_refused_and_back_when_there_is_room():
    quota = Quota(tokens_per_minute=1_000)
    made = router()
    way = course(place("a", quota=quota), place("b", quota=quota), policy="weighted")
    talk = Ask(400, 100, prefix=prefix(1, 2))
    for _ in range(2):
        ticket = made.begin(way, talk, way.able[0], NOW)
        ticket.head(200, [], NOW)
        ticket.end(NOW, Usage(400, 100))
    plan = made.plan(way, talk, NOW + 1)
    assert ids(plan) == ["b", "a"]
    assert plan.choices[0].warm == 0
    assert ids(made.plan(way, talk, NOW + 70))[0] == "a"


def test_a_short_wait_is_better_than_reading_it_all_again():
    quota = Quota(requests_per_minute=2)
    made = router()
    way = course(place("a", quota=quota), place("b"), policy="weighted")
    talk = Ask(100_000, 100, prefix=prefix(1, 2), patience_s=5.0)
    for at in (NOW, NOW + 20):
        made.begin(way, talk, way.able[0], at).head(200, [], at)
    # room at 1,065: 100,000 tokens take ten seconds elsewhere
    plan = made.plan(way, talk, NOW + 61)
    first = plan.choices[0]
    assert (first.deployment.id, first.standing, first.because) == ("a", "no_quota", "warm")
    assert plan.pause_s == 4.0
    for changed in (
        talk._replace(patience_s=3.0),
        talk._replace(input_tokens=30_000),
        talk._replace(prefix=prefix(9)),
        talk._replace(patience_s=0.0),
    ):
        plan = made.plan(way, changed, NOW + 61)
        assert (ids(plan), plan.pause_s) == (["b", "a"], 0.0)


def test_deployments_of_one_account_share_its_quota_and_its_warmth():
    quota = Quota(tokens_per_minute=1_000)
    same = {"account": "acc", "quota": quota}
    made = router()
    way = course(place("a", **same), place("b", **same), place("c"), policy="weighted")
    made.begin(way, Ask(900, 100, prefix=prefix(1)), way.able[0], NOW)
    plan = made.plan(way, Ask(400, 100, prefix=prefix(1)), NOW)
    assert ids(plan)[0] == "c"
    assert {one.lacks for one in plan.choices[1:]} == {"tokens"}
    assert {one.warm for one in plan.choices[1:]} == {1.0}


def test_a_refused_account_is_passed_over_until_it_may_be_asked():
    made, way = router(), course(place("a"), place("b"))
    ticket = made.begin(way, Ask(10, 10), way.able[0], NOW)
    ticket.refused(7.0, NOW)
    ticket.end(NOW)
    assert ids(made.plan(way, Ask(10, 10), NOW + 6)) == ["b", "a"]
    assert ids(made.plan(way, Ask(10, 10), NOW + 8)) == ["a", "b"]


def test_where_all_are_refused_for_longer_than_one_waits_the_policy_decides():
    made, way = router(), course(place("a"), place("b"), policy="weighted")
    for one, wait_s in zip(way.able, (3_600.0, 40.0), strict=True):
        ticket = made.begin(way, Ask(10, 10), one, NOW)
        ticket.refused(wait_s, NOW)
        ticket.end(NOW)
    plans = [made.plan(way, Ask(10, 10, patience_s=30.0), NOW) for _ in range(50)]
    assert {tuple(ids(plan)) for plan in plans} == {("a", "b"), ("b", "a")}
    # none of them is one to wait for
    assert min(plan.pause_s for plan in plans) == 40.0
    plans = [made.plan(way, Ask(10, 10, patience_s=30.0), NOW + 10) for _ in range(50)]
    assert {tuple(ids(plan)) for plan in plans} == {("b", "a")}


def test_accounts_that_were_refused_for_an_hour_and_are_well_again_are_all_found():
    made, way = router(), course(place("a"), place("b"), policy="weighted")
    for one in way.able:
        made.begin(way, Ask(10, 10), one, NOW).refused(3_600.0, NOW)
    served = {"a": 0, "b": 0}
    for second in range(1, 300):
        now = NOW + second
        first = made.plan(way, Ask(10, 10, patience_s=30.0), now).choices[0].deployment
        made.begin(way, Ask(10, 10), first, now).head(200, [], now)
        served[first.id] += 1
    assert min(served.values()) > 50


class Sitting:
    """One that waits and never goes."""

    def __init__(self, place):
        self.place = place

    def look(self):
        return self.place


def sit(made, plan):
    made.line.join(Sitting(plan.place), plan.place)


async def test_whom_others_wait_for_has_no_room_for_who_comes_later():
    quota = Quota(requests_per_minute=2)
    made = router()
    way = course(place("a", quota=quota), place("b", quota=quota), policy="weighted")
    ask = Ask(10, 10, patience_s=300.0)
    for one in way.able:
        for _ in range(2):
            made.begin(way, ask, one, NOW)
    seen = []
    for _ in range(6):
        plan = made.plan(way, ask, NOW)
        assert plan.pause_s == plan.place.wait_s
        seen.append((plan.place.seat, plan.pause_s, plan.crowded))
        sit(made, plan)
    assert {seat for seat, _, _ in seen} == {"a upstream-model", "b upstream-model"}
    # two each when the first minute is over, then one each a minute later
    assert [wait_s for _, wait_s, _ in seen] == [65.0] * 4 + [130.0] * 2
    assert [crowded for _, _, crowded in seen] == [False] + [True] * 5
    # there is room by now, and it is theirs
    plan = made.plan(way, ask, NOW + 70)
    assert {one.standing for one in plan.choices} == {"no_quota"}
    assert plan.crowded
    assert plan.pause_s > 0


async def test_who_waits_for_one_account_keeps_nobody_from_another():
    quota = Quota(requests_per_minute=2)
    made = router()
    way = course(place("a", quota=quota), place("b", quota=quota))
    for _ in range(2):
        made.begin(way, Ask(10, 10), way.able[0], NOW)
    pinned = made.plan(way, Ask(10, 10, account="a", patience_s=100.0), NOW)
    sit(made, pinned)
    plan = made.plan(way, Ask(10, 10, patience_s=100.0), NOW + 70)
    assert (ids(plan), plan.pause_s) == (["b", "a"], 0.0)


async def test_where_some_wait_already_the_rest_is_not_sent_by_the_policy():
    made, way = router(), course(place("a"), place("b"), policy="weighted")
    for one, wait_s in zip(way.able, (3_600.0, 20.0), strict=True):
        made.begin(way, Ask(10, 10), one, NOW).refused(wait_s, NOW)
    sit(made, made.plan(way, Ask(10, 10, patience_s=30.0), NOW))
    plans = [made.plan(way, Ask(10, 10, patience_s=10.0), NOW) for _ in range(50)]
    assert {tuple(ids(plan)) for plan in plans} == {("b", "a")}
    assert all(plan.crowded for plan in plans)


def test_an_item_pins_to_its_maker_even_a_broken_one():
    made = router()
    way = course(place("a", account="x"), place("b", account="y"), place("c", account="y"))
    made.health.failed("b", NOW, wait_s=5)
    plan = made.plan(way, Ask(10, 10, account="y"), NOW)
    assert ids(plan) == ["c", "b"]
    assert {one.because for one in plan.choices} == {"pinned"}
    # nobody of the model is that account any more: as if nothing were known
    assert len(ids(made.plan(way, Ask(10, 10, account="z"), NOW))) == 3


def test_pictures_go_where_they_are_read():
    way = course(place("a", reads_media=False), place("b"))
    assert ids(router().plan(way, Ask(10, media=True), NOW)) == ["b"]


def test_models_behind_serve_in_their_order_once_each():
    one = course(place("x", priority=1), place("y"), policy="weighted")
    two = course(place("y"), place("z"))
    way = course(place("a"), behind=[one, two])
    assert [one.id for one in router().fall_back(way, Ask(10), NOW)] == ["y", "x", "z"]


def test_what_a_request_needs_follows_how_its_provider_counts():
    made = router()
    used = place("a", quota=Quota(output_tokens_per_minute=10_000, counting="used"))
    reserved = place(
        "b", max_output_tokens=9_000, quota=Quota(tokens_per_minute=10_000, counting="reserved")
    )
    way = course(used, reserved)
    # a cap of a million is not what will be written
    assert made.plan(way, Ask(100, 1_000_000), NOW).choices[0].standing == "ready"
    made.begin(way, Ask(100), reserved, NOW)
    assert made.quota(reserved).standing(NOW)["tokens"] == (10_000, 900)


def test_a_new_snapshot_takes_up_quotas_and_forgets_what_is_gone():
    made, way = router(), course(place("a"), place("b"), policy="weighted")
    for one in way.able:
        made.begin(way, Ask(100, 100, prefix=prefix(1)), one, NOW)
    made.health.failed("b", NOW, wait_s=5)
    made.forget([place("a", quota=Quota(tokens_per_minute=300))])
    assert made.quota(way.able[0]).standing(NOW) == {"tokens": (300, 100)}
    assert made.health.all_well
    assert made.load(way.able[1]).requests == 0
    assert made.load(way.able[0]).requests == 1


class Fleet(RuleBasedStateMachine):
    """Whatever happens, every deployment has its place, sums stay exact and the ready come first."""

    def __init__(self) -> None:
        super().__init__()
        quota = Quota(requests_per_minute=6, tokens_per_minute=2_000)
        able = [
            place("a", account="x", quota=quota),
            place("b", account="x", quota=quota),
            place("c", account="y", priority=1),
            place("d", account="z", priority=1, weight=3),
        ]
        self.router = router(3)
        self.way = course(*able, policy="least_tokens")
        self.now = NOW
        self.open: list[tuple[str, object, float]] = []

    @rule(seconds=st.floats(0, 30))
    def wait(self, seconds):
        self.now += seconds

    @rule(tokens=st.integers(1, 1_500), topic=st.integers(0, 3), turns=st.integers(1, 4))
    def ask(self, tokens, topic, turns):
        ask = Ask(tokens, 100, prefix=prefix(*range(topic * 10, topic * 10 + turns)))
        plan = self.router.plan(self.way, ask, self.now)
        assert sorted(ids(plan)) == ["a", "b", "c", "d"]
        ranks = [("ready", "no_quota", "broken").index(one.standing) for one in plan.choices]
        assert ranks == sorted(ranks)
        ready = [one for one in plan.choices if one.standing == "ready"]
        assert [one.deployment.priority for one in ready] == sorted(
            one.deployment.priority for one in ready
        )
        for one in plan.choices:
            assert (one.standing == "broken") != self.router.health.healthy(
                one.deployment.id, self.now
            )
        chosen = plan.choices[0].deployment
        ticket = self.router.begin(self.way, ask, chosen, self.now)
        self.router.health.tried(chosen.id, self.now)
        self.open.append((chosen.id, ticket, self.now))

    @rule(
        index=st.integers(0, 30),
        fate=st.sampled_from(["well", "429", "broken", "broken off", "twice"]),
    )
    def end(self, index, fate):
        if not self.open:
            return
        chosen, ticket, begun = self.open.pop(index % len(self.open))
        health = self.router.health
        if fate == "429":
            ticket.refused(None, self.now)
        elif fate == "broken":
            health.failed(chosen, self.now, 0.0, begun)
        else:
            health.succeeded(chosen, begun)
        if fate == "broken off":
            health.broke_off(chosen, self.now, 0.0, begun)
        ticket.end(self.now, Usage(10, 10), well=fate == "well")
        if fate == "twice":
            ticket.end(self.now)

    @invariant()
    def nothing_leaks(self):
        for one in self.way.able:
            load = self.router.load(one)
            assert load.requests == sum(1 for name, _, _ in self.open if name == one.id)
            assert (load.tokens == 0) == (load.requests == 0)


Fleet.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestFleet = Fleet.TestCase
