import pytest

from vanguard.gateway.routing.quota.account import Need
from vanguard.gateway.routing.quota.line import Line, Place

ONE = Need()


class Timer:
    def __init__(self, at, happens):
        self.at, self.happens, self.off = at, happens, False

    def cancel(self):
        self.off = True


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now = 100.0
        self.timers = []

    def later(self, delay_s, happens):
        self.timers.append(Timer(self.now + delay_s, happens))
        return self.timers[-1]

    @property
    def open(self):
        return [one for one in self.timers if not one.off]

    def run(self, seconds):
        end = self.now + seconds
        while due := [one for one in self.open if one.at <= end]:
            first = min(due, key=lambda one: one.at)
            first.off, self.now = True, first.at
            first.happens()
        self.now = end


class Accounts:
    """Each has room for so many at a time, and again a second after that."""

    def __init__(self, **room):
        self.clock = Clock()
        self.line = Line(self.clock.later, lambda: self.clock.now)
        self.room = room
        self.went = []

    def place(self, seats):
        """As the router plans: whom others wait for has no room."""
        waits = {seat: self.line.ahead[seat].requests for seat in seats if seat in self.line.ahead}
        best = min(seats, key=lambda seat: waits.get(seat, 0))
        return Place(best, ONE, 1.0 + waits.get(best, 0))

    def ask(self, name, *seats):
        one = Asked(self, name, seats)
        self.line.join(one, self.place(seats))
        return one


class Asked:
    def __init__(self, accounts, name, seats):
        self.accounts, self.name, self.seats = accounts, name, seats

    def look(self):
        accounts = self.accounts
        for seat in self.seats:
            if accounts.room.get(seat) and seat not in accounts.line.ahead:
                accounts.room[seat] -= 1
                accounts.line.leave(self)
                accounts.went.append((self.name, seat))
                return None
        return accounts.place(self.seats)


def test_who_waits_longest_goes_first_and_a_place_is_for_one():
    accounts = Accounts(a=0, b=0)
    for name in range(6):
        accounts.ask(name, "a", "b")
    assert accounts.line.ahead == {"a": Need(3.0), "b": Need(3.0)}
    accounts.clock.run(3)
    assert accounts.went == []
    accounts.room = {"a": 2, "b": 1}
    accounts.clock.run(1)
    assert [name for name, _ in accounts.went] == [0, 1, 2]
    assert sorted(seat for _, seat in accounts.went) == ["a", "a", "b"]
    accounts.room = {"a": 9, "b": 9}
    accounts.clock.run(1)
    assert [name for name, _ in accounts.went] == [0, 1, 2, 3, 4, 5]
    # nobody waits: nothing looks any more
    assert (accounts.line.ahead, accounts.clock.open) == ({}, [])


def test_who_can_go_elsewhere_is_not_held_up_by_who_cannot():
    accounts = Accounts(a=0, b=0)
    accounts.ask("pinned", "a")
    accounts.ask("free", "a", "b")
    accounts.room["b"] = 1
    accounts.clock.run(1)
    assert accounts.went == [("free", "b")]
    assert accounts.line.ahead == {"a": ONE}


def test_room_that_nobody_hoped_for_goes_to_who_waits_longest_for_any():
    accounts = Accounts(a=0, b=0, c=0)
    for name in range(4):
        accounts.ask(name, "a", "b", "c")
    for name in range(4, 8):
        accounts.ask(name, "a", "b")
    accounts.room["c"] = 2
    accounts.clock.run(0.5)
    accounts.room["c"] = 2
    accounts.clock.run(0.5)
    assert accounts.went == [(name, "c") for name in range(4)]


def test_who_is_not_the_first_for_its_account_looks_elsewhere_too():
    accounts = Accounts(a=0, b=0)
    accounts.ask("pinned", "a")
    second = accounts.ask("second", "a")
    second.seats = ("a", "b")
    accounts.room["b"] = 1
    accounts.clock.run(1)
    assert accounts.went == [("second", "b")]


def test_who_leaves_gives_its_place_to_who_comes_next():
    accounts = Accounts(a=0)
    first, second, third = (accounts.ask(name, "a") for name in range(3))
    accounts.line.leave(second)
    accounts.line.leave(second)
    assert accounts.line.ahead == {"a": Need(2.0)}
    accounts.line.leave(first)
    accounts.room["a"] = 1
    accounts.clock.run(0.1)
    assert accounts.went == [(2, "a")]
    accounts.line.leave(third)
    assert (accounts.line.ahead, accounts.clock.open) == ({}, [])


def test_the_turn_comes_when_the_first_said_and_no_later():
    accounts = Accounts(a=1)
    one = Asked(accounts, "one", ["a"])
    accounts.line.join(one, Place("a", ONE, 30.0))
    two = Asked(accounts, "two", ["b"])
    accounts.line.join(two, Place("b", ONE, 0.2))
    assert [timer.at for timer in accounts.clock.open] == [100.2]
    accounts.clock.run(0.2)
    assert accounts.went == [("one", "a")]


class Leaver:
    """One for which the place is believed to be too much: it goes all the same."""

    def __init__(self, line):
        self.line, self.seen = line, []

    def look(self):
        self.seen.append(dict(self.line.ahead))
        self.line.leave(self)
        return Place("a", ONE, 60.0)


def test_of_those_that_go_in_spite_of_all_each_sees_those_before_it():
    clock = Clock()
    line = Line(clock.later, lambda: clock.now)
    crowd = [Leaver(line) for _ in range(3)]
    for one in crowd:
        line.join(one, Place("a", ONE, 60.0))
    clock.run(1)
    assert [one.seen for one in crowd] == [[{}], [{"a": ONE}], [{"a": Need(2.0)}]]
    assert line.ahead == {}


class Broken:
    def __init__(self, line):
        self.line = line

    def look(self):
        self.line.leave(self)
        raise RuntimeError("a defect")


def test_a_defect_of_one_holds_up_nobody_else():
    accounts = Accounts(a=0)
    accounts.line.join(Broken(accounts.line), Place("a", ONE, 1.0))
    accounts.ask("next", "a")
    with pytest.raises(RuntimeError):
        accounts.clock.run(1)
    accounts.room["a"] = 1
    accounts.clock.run(1)
    assert accounts.went == [("next", "a")]


class Patient:
    def __init__(self, line, clock, looked):
        self.line, self.clock, self.looked = line, clock, looked

    def look(self):
        self.looked.append((self.clock.now, self))
        return Place("a", ONE, 20.0)


def test_of_thousands_only_so_many_look_in_one_turn_and_all_in_the_end():
    clock = Clock()
    line = Line(clock.later, lambda: clock.now)
    looked = []
    crowd = [Patient(line, clock, looked) for _ in range(1_000)]
    for one in crowd:
        line.join(one, Place("a", ONE, 20.0))
    clock.run(1.5)
    turns = {}
    for now, _ in looked:
        turns[now] = turns.get(now, 0) + 1
    assert max(turns.values()) <= 130
    assert {one for _, one in looked} == set(crowd)
    assert line.ahead == {"a": Need(1_000.0)}


def test_a_crowd_that_may_go_goes_turn_by_turn():
    clock = Clock()
    line = Line(clock.later, lambda: clock.now)
    crowd = [Leaver(line) for _ in range(300)]
    for one in crowd:
        line.join(one, Place("a", ONE, 60.0))
    clock.run(0.5)
    assert 0 < sum(bool(one.seen) for one in crowd) <= 130
    clock.run(1)
    assert all(len(one.seen) == 1 for one in crowd)
