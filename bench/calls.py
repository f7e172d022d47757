"""Counts the system calls of a candidate per JSON request and per streamed event.

It does not measure time. One connection, one request at a time, so that nothing can be batched by
chance; what the candidate calls while nobody asks is taken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.peers.contract import Running
from bench.rig.system_calls import Trace
from bench.rounds import Bench, replace_total
from bench.scenarios import COUNTED, JSON

Calls = dict[str, float]
_STREAMS, _IDLE_S = 5, 1.0
# a candidate may just then close a thousand connections that the round has left idle
_TRIES = 4
_SHOWN_FROM = 0.02  # calls per request or event below which a name is noise


def counted(bench: Bench, running: Running, folder: Path, requests: int = 200) -> dict[str, Calls]:
    """Calls by name, `total` among them, under `json` and `event`; empty for the upstream itself.

    Raises:
        OSError: strace may not attach.
        BenchError: an answer was wrong.
    """
    if running.pid is None:
        return {}
    pid = running.pid
    idle = _traced(pid, folder, partial(time.sleep, _IDLE_S))
    idle = {name: count / _IDLE_S for name, count in idle.items() if name != _TOOK}
    one = replace(JSON, total=requests, connections=1)
    json = _traced(pid, folder, partial(bench.load, one.plan(running, 1.0)))
    streams = [
        replace_total(replace(one, model=model).plan(running, 1.0), _STREAMS) for model in COUNTED
    ]
    short, long = (
        least(
            _without(_traced(pid, folder, partial(bench.load, plan)), idle) for _ in range(_TRIES)
        )
        for plan in streams
    )
    events = _STREAMS * (COUNTED[1].events - COUNTED[0].events)
    return {
        "json": summed(_without(json, idle), {}, requests),
        "event": summed(long, short, events),
    }


_TOOK = "took_s"


def _traced(pid: int, folder: Path, work: Callable[[], object]) -> Calls:
    began = time.monotonic()
    with Trace(pid, folder) as trace:
        work()
    return {**trace.calls, _TOOK: time.monotonic() - began}


def _without(calls: Calls, idle: Calls) -> Calls:
    """What the work itself called."""
    took = calls[_TOOK]
    return {
        name: max(0.0, count - idle.get(name, 0.0) * took)
        for name, count in calls.items()
        if name != _TOOK
    }


def least(tries: Iterable[Calls]) -> Calls:
    """By name, what was called when it was called least."""
    first, *others = tries
    return {
        name: min(count, *(calls.get(name, 0.0) for calls in others))
        for name, count in first.items()
    }


def summed(calls: Calls, before: Calls, over: int) -> Calls:
    """Calls by name beyond those of `before`, each divided by `over`, most frequent first."""
    found = {name: max(0.0, count - before.get(name, 0.0)) / over for name, count in calls.items()}
    shown = {name: count for name, count in found.items() if count >= _SHOWN_FROM}
    ordered = sorted(shown.items(), key=lambda item: -item[1])
    return {"total": sum(shown.values()), **dict(ordered)}
