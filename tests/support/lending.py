"""A lender and its workers without sockets or files: messages lie in queues until a test moves them."""

from __future__ import annotations

from collections import deque

from vanguard.core.errors import VanguardError
from vanguard.gateway.limits.borrower import Borrower
from vanguard.gateway.limits.holding import NotHeld
from vanguard.gateway.limits.lender import Lender
from vanguard.gateway.limits.protocol import (
    PROTOCOL,
    Frames,
    Hello,
    frame,
    read_from_worker,
    read_to_worker,
)


class ManualClock:
    def __init__(self):
        self.seconds = 1_000.0
        self.wall_ms = 1_800_000_000_000

    def now_ms(self):
        return self.wall_ms + int(self.seconds * 1000)

    def monotonic(self):
        return self.seconds


def over_the_wire(message, read):
    (payload,) = Frames().feed(frame(message))
    return read(payload)


class Worker:
    """One process: a borrower, its journal as a list, its open requests.

    The journal holds `(scopes, usd, state)`; the state is open until the request is settled.
    """

    def __init__(self, world, name, number):
        self.world = world
        self.name = name
        self.id = f"{name}#{number}"
        self.journal = world.journals.setdefault(name, [])
        self.begins = len(self.journal)
        # what its folder held open when it began, until the disk takes its settlement
        self.owed = []
        self.out = deque()
        self.into = deque()
        self.connected = False
        self.open = []
        self.borrower = Borrower(world.clock, self._say, lambda: len(self.journal))

    def _say(self, message):
        self.out.append(message)

    def connect(self):
        self.connected = True
        self.out.clear()
        self.into.clear()
        self.borrower.connect(
            lambda report: self.out.append(
                Hello(PROTOCOL, self.name, 1, self.id, report, self.begins)
            )
        )

    def settle_owed(self):
        """The disk takes it now."""
        owed, self.owed = self.owed, []
        for entry in owed:
            self.journal.append(("settled", entry, entry["usd"], self.world.clock.now_ms()))


class World:
    def __init__(self, scopes, clock=None):
        self.clock = clock or ManualClock()
        self.journals = {}
        self.workers = {}
        self.starts = 0
        self.scopes = dict(scopes)
        self.lender = Lender(self.clock, self._deliver_later)
        self.unrecovered = []
        self.unread = []
        self.publish(self.scopes)

    def _deliver_later(self, incarnation, message):
        for worker in self.workers.values():
            if worker.id == incarnation and worker.connected:
                worker.into.append(message)

    def publish(self, scopes):
        self.scopes = dict(scopes)
        self.lender.publish(self.scopes)
        wanted = self.lender.unrestored()
        if wanted and not self.lender.recovering:
            reported = self.lender.begin_restore(wanted)
            for scope in wanted:
                start = self.lender.accounts[scope.id].window_start_ms
                self.lender.end_restore(scope, self._spent_before(scope.id, reported, start), start)

    def _spent_before(self, scope_id, reported, start):
        total = 0
        for name, journal in self.journals.items():
            begins, end = reported.get(name, (len(journal), len(journal)))
            known = journal[:end]
            for kind, entry, cost, at_ms in known:
                if kind == "settled" and scope_id in entry["scopes"] and at_ms >= start:
                    total += cost
            # nobody lives who will report what is open there
            dead = {id(entry) for kind, entry, _, _ in journal[:begins] if kind == "intent"}
            left = open_in(known, scope_id)
            total += sum(entry["usd"] for entry in left if id(entry) in dead)
        return total

    # --- workers ---

    def begin(self, name, full=False):
        """A worker starts, on a full disk where told to: then it takes no request before there is room."""
        self.starts += 1
        worker = self.workers[name] = Worker(self, name, self.starts)
        # whoever starts settles what its folder holds open
        worker.owed = open_in(worker.journal)
        if not full:
            worker.settle_owed()
        worker.connect()
        return worker

    def kill(self, name):
        worker = self.workers.pop(name)
        # what it had sent may have been read before it died, or not
        self.unrecovered.append((worker, len(worker.journal)))
        return worker

    def hear_of_death(self, worker, end):
        """The supervisor reaps it, and will read its journal."""
        self.unrecovered.remove((worker, end))
        session = self.lender.died(worker.id)
        if session is not None:
            self.unread.append((worker, end, session))

    def recover(self, unread):
        """Its journal is read up to its death, whatever its successor has appended since."""
        self.unread.remove(unread)
        worker, end, session = unread
        spent = {}
        journal = worker.journal[:end]
        settled = {id(entry) for kind, entry, _, _ in journal if kind == "settled"}
        before = {id(entry) for kind, entry, _, _ in journal[: worker.begins] if kind == "intent"}
        for at, (kind, entry, cost, _) in enumerate(journal):
            if id(entry) in before:
                continue  # charged when those died who wrote that
            if kind == "settled":
                usd = cost if at >= session.offset else 0
            else:
                usd = 0 if id(entry) in settled else entry["usd"]
            for scope in entry["scopes"]:
                spent[scope] = spent.get(scope, 0) + usd
        self.lender.recovered(worker.id, spent)

    # --- messages ---

    def to_lender(self, worker):
        """Delivers the oldest message of a worker."""
        message = over_the_wire(worker.out.popleft(), read_from_worker)
        if isinstance(message, Hello):
            self.lender.hello(message)
        else:
            self.lender.receive(worker.id, message)

    def to_worker(self, worker):
        """Delivers the oldest message to a worker."""
        worker.borrower.receive(over_the_wire(worker.into.popleft(), read_to_worker))

    def cut(self, worker):
        """The connection breaks with whatever was on it."""
        worker.connected = False
        worker.out.clear()
        worker.into.clear()
        worker.borrower.disconnected()
        self.lender.disconnected(worker.id)

    def tick(self):
        for incarnation in self.lender.tick():
            for worker in self.workers.values():
                if worker.id == incarnation and worker.connected:
                    worker.connected = False
                    worker.out.clear()
                    worker.into.clear()
                    worker.borrower.disconnected()
        for worker in self.workers.values():
            worker.borrower._expire()

    def settle_down(self):
        """Delivers everything until nobody has anything to say."""
        for _ in range(10_000):
            busy = False
            for worker in list(self.workers.values()):
                if worker.connected and worker.out:
                    self.to_lender(worker)
                    busy = True
                if worker.connected and worker.into:
                    self.to_worker(worker)
                    busy = True
            if not busy:
                return
        raise AssertionError("they talk for ever")

    # --- requests ---

    def try_now(self, worker, key, tokens, usd):
        """A request; it is admitted, refused, or waits. Returns the request."""
        scopes = tuple(self.scopes[name] for name in ("team", key) if name in self.scopes)
        request = Request(self, worker, key, scopes, tokens, usd)
        request.attempt()
        return request


def open_in(journal, scope_id=None):
    """The requests that a journal holds open."""
    settled = {id(entry) for kind, entry, _, _ in journal if kind == "settled"}
    return [
        entry
        for kind, entry, _, _ in journal
        if kind == "intent"
        and id(entry) not in settled
        and (scope_id is None or scope_id in entry["scopes"])
    ]


class Request:
    def __init__(self, world, worker, key, scopes, tokens, usd):
        self.world = world
        self.worker = worker
        self.key = key
        self.scopes = scopes
        self.tokens = tokens
        self.usd = usd
        self.state = "waiting"
        self.error = None
        self.held = None
        self.tries = 0
        self.on_admitted = None
        self.deadline = world.clock.seconds + 1.0

    def attempt(self):
        if self.worker not in self.world.workers.values() or self.worker.owed:
            return
        borrower = self.worker.borrower
        chain = borrower.chain(self.key, self.scopes)
        self.tries += 1
        try:
            self.held = borrower.reserve(chain, self.tokens, self.usd)
        except NotHeld as wanted:
            borrower.ask(wanted, self._answered, self.deadline)
        except VanguardError as error:
            self.state, self.error = "refused", error
        else:
            self.state = "open"
            self.entry = {"scopes": [scope.id for scope in self.scopes], "usd": self.usd}
            self.worker.journal.append(("intent", self.entry, 0, self.world.clock.now_ms()))
            self.worker.open.append(self)
            self.world.admitted(self)

    def _answered(self, error):
        if error is None:
            self.attempt()
        else:
            self.state, self.error = "refused", error

    def settle(self, tokens, usd):
        self.state = "settled"
        self.cost = usd
        self.worker.open.remove(self)
        self.worker.journal.append(("settled", self.entry, usd, self.world.clock.now_ms()))
        self.worker.borrower.settle(self.held, tokens, usd)
        self.world.settled(self, tokens, usd)
