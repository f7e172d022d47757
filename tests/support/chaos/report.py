"""Puts the figures of a run into the value that is recorded and shown.

It does not judge: what is wrong was found by `audit`.
"""

from __future__ import annotations

import platform
from collections import Counter
from datetime import UTC, datetime
from statistics import median

from tools.chaos_report import Report

from support.chaos.audit import Evidence, beyond_restarts


def report_of(e: Evidence, found: dict[str, list[str]]) -> Report:
    """The report of one run."""
    happened = e.happened
    crowded = [kill for kill in happened.kills if kill.role != "gateway, idle"]
    opened = [kill.open for kill in crowded] or [0]
    probes = happened.probes
    leaked = sum(probes["after"][role] - probes["before"][role] for role in ("gateway", "control"))
    restarts = beyond_restarts(e)
    return Report(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=happened.order.seed,
        seconds=round(happened.seconds),
        python=platform.python_version(),
        kills=dict(sorted(Counter(kill.role for kill in crowded).items())),
        streams_open_least=min(opened),
        streams_open_median=round(median(opened)),
        full_disks=len(happened.full_disks),
        full_disks_killed=sum(killed for *_, killed in happened.full_disks),
        clock_steps=happened.clock_steps,
        monotonic_starts=sum(happened.monotonic_starts.values()),
        asked=len(e.seen),
        left_early=sum(seen.left for seen in e.seen),
        counted=len(e.arrivals),
        faults=dict(sorted(Counter(one.fault for one in e.arrivals).items())),
        rows=len(e.ledger.rows),
        rows_by_status=dict(
            sorted(Counter(row["status"] or "open" for row in e.ledger.rows).items())
        ),
        rows_lost=len(found["lost"]),
        rows_doubled=len(found["doubled"]),
        rows_unmarked=len(found["unmarked"]) + len(found["without_intent"]),
        overshoot_usd_micros=_overshoot(e),
        overshoot_tokens=len(found["over_tokens"]),
        overshoot_requests=len(found["over_requests"]) + len(found["over_concurrency"]),
        false_successes=len(found["false_success"]),
        unsettled_successes=len(found["success_unsettled"]),
        descriptors_leaked=max(0, int(leaked)),
        reservations_leaked=len(found["reservation_left"]),
        requests_beyond_restarts=restarts["requests"],
        tokens_beyond_restarts=restarts["tokens"],
    )


def _overshoot(e: Evidence) -> int:
    """Micro-dollars spent beyond budgets, all together."""
    return sum(
        max(0, micros - e.ledger.budgets[scope][0])
        for (scope, window, _), micros in e.ledger.spend.items()
        if scope in e.ledger.budgets and e.ledger.budgets[scope][1] == window
    )
