import pytest

from support.lending import ManualClock
from vanguard.gateway.limits.lender import PATIENCE_S, Lender
from vanguard.gateway.limits.protocol import (
    LEASE_S,
    MONEY,
    PROTOCOL,
    REQUESTS,
    STREAMS,
    Alive,
    Ask,
    Bye,
    Entry,
    Grant,
    Hello,
    Recall,
    Refusal,
    Report,
    Want,
)
from vanguard.snapshot.model import Budget, Limits, Scope


def scope(name="s", rpm=None, tpm=None, streams=None, budget=None, window="total"):
    money = Budget(budget, window) if budget is not None else None
    return Scope(name, "key", name, Limits(rpm, tpm, streams), money)


class Desk:
    """A lender, and all that it has said."""

    def __init__(self, *scopes):
        self.clock = ManualClock()
        self.said = []
        self.refreshed = 0
        self.lender = Lender(self.clock, lambda who, what: self.said.append((who, what)), self.look)
        self.publish(*scopes)

    def look(self):
        self.refreshed += 1

    def publish(self, *scopes, spent=0):
        self.lender.publish({one.id: one for one in scopes})
        wanted = self.lender.unrestored()
        self.lender.begin_restore(wanted)
        for one in wanted:
            start = self.lender.accounts[one.id].window_start_ms
            self.lender.end_restore(one, spent, start)

    def hello(self, worker, *entries, offset=0):
        report = Report(self.clock.seconds, offset, 0, entries)
        self.lender.hello(Hello(PROTOCOL, worker, 1, worker, report))

    def report(self, worker, *entries, seen=0, recalled=0, offset=0):
        self.lender.receive(
            worker, Report(self.clock.seconds, offset, seen, entries, recalled=recalled)
        )

    def ask(self, worker, *amounts, number=1, name="s"):
        self.said.clear()
        self.lender.receive(worker, Ask(number, (Want(name, amounts),)))
        return self.heard(worker)

    def heard(self, worker, kind=(Grant, Refusal)):
        found = [what for who, what in self.said if who == worker and isinstance(what, kind)]
        return found[-1] if found else None

    def tick(self, seconds=0.0):
        self.clock.seconds += seconds
        return self.lender.tick()

    def free(self, what, name="s"):
        return self.lender.accounts[name].free(what, int(self.clock.seconds))


def test_one_worker_gets_all_of_what_comes_back_and_little_of_a_minute():
    desk = Desk(scope(rpm=100, streams=10, budget=1_000))
    desk.hello("w0")
    grant = desk.ask("w0", 1, 0, 1, 10)
    assert grant.lots[0].amounts == (1 + 5, 0, 10, 1_000)
    assert grant.lefts[0].usd_micros == 0
    assert desk.free(MONEY) == desk.free(STREAMS) == 0


def test_two_workers_share_and_what_lies_idle_is_recalled_before_anybody_is_refused():
    desk = Desk(scope(budget=1_000))
    desk.hello("w0")
    desk.hello("w1")
    first = desk.ask("w0", 0, 0, 0, 400)
    assert first.lots[0].amounts[MONEY] == 400 + 150
    assert desk.ask("w1", 0, 0, 0, 500, number=7) is None
    recall = desk.heard("w0", Recall)
    assert recall.scopes == ("s",)
    # it has used 400 of it
    desk.report("w0", Entry("s", (0, 0, 0, 0), 1, 400, 0), seen=1, recalled=recall.number)
    grant = desk.heard("w1")
    assert (grant.ask, grant.lots[0].amounts[MONEY]) == (7, 500 + 25)
    assert desk.ask("w1", 0, 0, 0, 601, number=8) is None
    recall = desk.heard("w0", Recall)
    desk.report("w0", recalled=recall.number)
    refusal = desk.heard("w1")
    assert (refusal.ask, refusal.what, refusal.scope) == (8, MONEY, "s")
    assert refusal.left == 75


def test_one_recall_serves_all_who_wait_and_silence_does_not_hold_them_up():
    desk = Desk(scope(streams=2))
    desk.hello("w0")
    desk.hello("w1")
    desk.ask("w0", 0, 0, 1, 0)
    desk.ask("w0", 0, 0, 1, 0, number=2)
    assert desk.ask("w1", 0, 0, 1, 0, number=3) is None
    assert desk.heard("w0", Recall) is not None
    assert desk.ask("w1", 0, 0, 1, 0, number=4) is None
    assert desk.heard("w0", Recall) is None
    desk.tick(PATIENCE_S + 0.1)
    refused = [what.ask for who, what in desk.said if isinstance(what, Refusal)]
    assert refused == [3, 4]


def test_a_worker_that_breaks_off_is_not_waited_for():
    desk = Desk(scope(streams=1))
    desk.hello("w0")
    desk.hello("w1")
    desk.ask("w0", 0, 0, 1, 0)
    assert desk.ask("w1", 0, 0, 1, 0) is None
    desk.lender.disconnected("w0")
    assert isinstance(desk.heard("w1"), Refusal)
    # its stream goes on, until its process ends
    assert desk.ask("w1", 0, 0, 1, 0, number=2).what == STREAMS
    assert desk.lender.died("w0") is not None
    assert isinstance(desk.ask("w1", 0, 0, 1, 0, number=3), Grant)


def test_what_a_silent_worker_held_of_the_minute_may_have_been_used_to_the_last_moment():
    desk = Desk(scope(rpm=10))
    desk.hello("w0")
    desk.hello("w1")
    for number in range(10):
        desk.ask("w0", 1, 0, 0, 0, number=number)
    for _ in range(int(LEASE_S)):
        assert desk.tick(1.0) == []
        desk.report("w1")
    assert desk.tick(0.5) == ["w0"]
    refusal = desk.ask("w1", 1, 0, 0, 0, number=50)
    assert refusal.what == REQUESTS
    assert refusal.wait_s == 61
    # what it says after that is not heard, and nothing is counted twice
    desk.report("w0", Entry("s", (0, 0, 0, 0), 10, 0, 0, ((1_000, 10),)), seen=10)
    for _ in range(61):
        desk.tick(1.0)
        desk.report("w1")
    assert isinstance(desk.ask("w1", 1, 0, 0, 0, number=51), Grant)


def test_a_lender_that_slept_itself_takes_nobody_for_dead():
    desk = Desk(scope(rpm=10))
    desk.hello("w0")
    assert desk.tick(60.0) == []
    desk.report("w0")
    assert desk.tick(0.1) == []
    assert desk.lender.sessions["w0"].connected


def test_the_money_of_a_dead_worker_stays_charged_until_its_journal_is_read():
    desk = Desk(scope(budget=1_000))
    desk.hello("w0")
    desk.hello("w1")
    desk.ask("w0", 0, 0, 0, 600)
    desk.report("w0", Entry("s", (0, 0, 0, 50), 1, 550, 100), seen=1, offset=77)
    session = desk.lender.died("w0")
    assert (session.offset, desk.lender.recovering) == (77, True)
    assert desk.lender.died("w0") is None
    assert desk.free(MONEY) == 1_000 - 100 - 600
    assert desk.ask("w1", 0, 0, 0, 301, number=2).left == 300
    desk.lender.recovered("w0", {"s": 550})
    assert not desk.lender.recovering
    assert desk.free(MONEY) == 350
    assert isinstance(desk.ask("w1", 0, 0, 0, 350, number=3), Grant)


def test_reports_are_levels_and_may_come_twice_or_after_a_new_connection():
    desk = Desk(scope(budget=1_000))
    desk.hello("w0")
    desk.ask("w0", 0, 0, 0, 10)
    entry = Entry("s", (0, 0, 0, 0), 1, 300, 200)
    for _ in range(2):
        desk.report("w0", entry, seen=1)
        assert desk.free(MONEY) == 500
    desk.lender.disconnected("w0")
    desk.hello("w0", Entry("s", (0, 0, 0, 0), 1, 300, 250))
    assert desk.free(MONEY) == 450
    assert len(desk.lender.sessions) == 1


def test_who_says_good_bye_leaves_nothing():
    desk = Desk(scope(rpm=10, streams=2, budget=100))
    desk.hello("w0")
    desk.ask("w0", 1, 0, 1, 10)
    desk.report("w0", Entry("s", (3, 0, 2, 90), 0, 0, 10), seen=1)
    desk.lender.receive("w0", Bye())
    assert desk.lender.sessions == {}
    assert [desk.free(what) for what in (REQUESTS, STREAMS, MONEY)] == [10, 2, 90]
    desk.lender.disconnected("w0")
    assert desk.lender.died("w0") is None


def test_a_budget_lends_nothing_before_it_is_known_what_is_spent():
    desk = Desk()
    desk.hello("w0")
    one = scope(budget=100)
    desk.lender.publish({"s": one})
    assert desk.ask("w0", 0, 0, 0, 10) is None
    assert desk.lender.unrestored() == [one]
    assert desk.lender.begin_restore([one]) == {"w0": (0, 0)}
    assert desk.lender.unrestored() == []
    # what is reported meanwhile comes on top
    desk.report("w0", Entry("s", (0, 0, 0, 0), 0, 0, 5))
    desk.lender.abort_restore([one])
    assert desk.lender.unrestored() == [one]
    desk.lender.begin_restore([one])
    desk.report("w0", Entry("s", (0, 0, 0, 0), 0, 0, 12))
    desk.lender.end_restore(one, 60, 0)
    assert isinstance(desk.heard("w0"), Grant)
    assert desk.lender.accounts["s"].spent == 67


def test_a_budget_that_was_away_is_looked_up_again():
    desk = Desk(scope(budget=100))
    desk.publish(scope())
    assert desk.lender.unrestored() == []
    desk.lender.publish({"s": scope(budget=100)})
    assert [one.id for one in desk.lender.unrestored()] == ["s"]


def test_when_others_have_spent_in_a_new_day_nothing_is_lent_until_it_is_known_how_much():
    one = scope(budget=100, window="day")
    desk = Desk()
    desk.hello("w0")
    desk.lender.publish({"s": one})
    begun = desk.lender.begin_restore(desk.lender.unrestored())
    start = desk.lender.accounts["s"].window_start_ms
    desk.lender.look_up_again()
    desk.lender.end_restore(one, 40, start)  # what was looked up for the day before is of no use
    assert desk.ask("w0", 0, 0, 0, 10) is None
    assert desk.lender.unrestored() == [one]
    assert desk.lender.begin_restore([one]) == begun
    desk.lender.end_restore(one, 95, start)
    assert desk.lender.accounts["s"].spent == 95
    assert isinstance(desk.heard("w0"), Refusal)


def test_lower_limits_call_back_what_lies_idle():
    desk = Desk(scope(streams=10))
    desk.hello("w0")
    desk.ask("w0", 0, 0, 1, 0)
    desk.publish(scope(streams=3))
    assert desk.heard("w0", Recall).scopes == ("s",)


def test_limits_that_only_the_worker_knows_make_the_lender_look():
    desk = Desk()
    desk.hello("w0")
    assert isinstance(desk.ask("w0", 1, 0, 0, 0), Grant)
    assert desk.refreshed == 1
    desk.publish(scope(rpm=5))
    desk.ask("w0", 1, 0, 0, 0, number=2)
    assert desk.refreshed == 1


def test_scopes_that_are_gone_are_forgotten_once_nothing_of_them_is_lent():
    desk = Desk(scope(streams=5))
    desk.hello("w0")
    desk.ask("w0", 0, 0, 1, 0)
    desk.publish()
    assert "s" in desk.lender.accounts
    desk.report("w0", Entry("s", (0, 0, 0, 0), 0, 0, 0), seen=1)
    desk.publish()
    assert "s" not in desk.lender.accounts


def test_a_report_is_answered_with_its_own_moment():
    desk = Desk(scope(rpm=5))
    desk.hello("w0")
    desk.said.clear()
    desk.clock.seconds += 0.25
    desk.report("w0", Entry("s", (1, 0, 0, 0), 0, 0, 0))
    alive = desk.heard("w0", Alive)
    assert (alive.at_s, alive.alone) == (1_000.25, True)
    assert alive.lefts[0].requests == 4
    desk.hello("w1")
    desk.report("w0")
    assert not desk.heard("w0", Alive).alone


@pytest.mark.parametrize("message", [Ask(1, ()), Bye()])
def test_strangers_are_not_heard(message):
    desk = Desk(scope(rpm=5))
    desk.lender.receive("nobody", message)
    assert desk.said == []
