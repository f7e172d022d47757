"""Deliberate defects of journal, reservation, ingest and relay: each must be caught by the audit.

They do not know the audit. Each is told the role of the process that it is in.
"""

import random


def intents_not_written(role):
    """The gateway calls upstreams without having said so."""
    if role == "gateway":
        import asyncio

        from vanguard.gateway.accounting.ledger import Ledger

        def intend(self, line, waiter):
            asyncio.get_running_loop().call_soon(waiter.journalled)

        _replace(Ledger, "intend", intend)


def settlements_dropped(role):
    """One settlement in five never reaches the journal."""
    if role == "gateway":
        from vanguard.gateway.accounting.ledger import Ledger

        real = Ledger.settled

        def settled(self, record, done=None):
            if random.random() < 0.8:
                real(self, record, done)
            elif done is not None:
                done()

        _replace(Ledger, "settled", settled)


def settlements_late(role):
    """Clients see the end of their answer before it is settled."""
    if role == "gateway":
        import asyncio

        from vanguard.gateway.accounting.ledger import Ledger

        real = Ledger.settled

        def settled(self, record, done=None):
            asyncio.get_running_loop().call_later(0.5, real, self, record, done)

        _replace(Ledger, "settled", settled)


def replay_skipped(role):
    """What a dead worker left open stays open."""
    if role == "gateway":
        from vanguard.gateway import app

        _replace(app, "close_open_intents", lambda *_: 0)


def reservation_not_held(role):
    """Requests are checked against what is spent, never against what is under way."""
    if role == "gateway":
        from vanguard.gateway.limits.borrower import Borrower

        real, settle = Borrower.reserve, Borrower.settle

        def reserve(self, *given):
            held = real(self, *given)
            _add(held, -1)
            return held

        def settled(self, held, *given):
            if held.open:
                _add(held, 1)
            settle(self, held, *given)

        def _add(held, times):
            for holding, _, _, streams, budget in held.chain.rows:
                holding.concurrent += times
                holding.reserved += times * held.usd_micros
                if streams is not None:
                    holding.streams -= times
                if budget is not None:
                    holding.usd_micros -= times * held.usd_micros

        _replace(Borrower, "settle", settled)
        _replace(Borrower, "reserve", reserve)


def reservation_leaked(role):
    """One settlement in five does not give back what was reserved."""
    if role == "gateway":
        from vanguard.gateway.limits.borrower import Borrower

        real = Borrower.settle

        def settle(self, *given):
            if random.random() < 0.8:
                real(self, *given)

        _replace(Borrower, "settle", settle)


def stretch_counted_twice(role):
    """Ingest adds up some stretches of the journal a second time."""
    if role == "control":
        from vanguard.control import ingest
        from vanguard.store import ledger

        real, known = ingest.apply_batch, ledger._known

        def apply_batch(connection, batch):
            real(connection, batch)
            if random.random() < 0.3:
                check, ledger._check_mark = ledger._check_mark, lambda *_: None
                ledger._known = lambda *_: {}
                try:
                    real(connection, batch)
                finally:
                    ledger._check_mark, ledger._known = check, known

        _replace(ingest, "apply_batch", apply_batch)


def truncation_passed_on(role):
    """A stream that broke off is ended as if it were whole."""
    if role == "gateway":
        from vanguard.gateway.relay.passthrough import PassThroughRelay

        end = (
            b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
        )
        _replace(PassThroughRelay, "finish", lambda self: end)


def descriptors_leaked(role):
    """Each request leaves a file open."""
    if role == "gateway":
        import os

        from vanguard.gateway.accounting.ledger import Ledger

        real = Ledger.intend

        def intend(self, *given):
            os.open("/dev/null", os.O_RDONLY)
            real(self, *given)

        _replace(Ledger, "intend", intend)


def _replace(owner, name, value):
    if not hasattr(owner, name):
        raise RuntimeError(f"sabotage: {owner} has no {name} any more; mend chaos_sabotage.py")
    setattr(owner, name, value)


SABOTAGES = {
    one.__name__: one
    for one in (
        intents_not_written,
        settlements_dropped,
        settlements_late,
        replay_skipped,
        reservation_not_held,
        reservation_leaked,
        stretch_counted_twice,
        truncation_passed_on,
        descriptors_leaked,
    )
}
