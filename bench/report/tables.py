"""The tables of docs/benchmarks.md, Markdown, each from one run.

It does not know where they stand, nor what the budgets are.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.numbers import percent, shown
from bench.report.result import Result, middle, ratio, ratios, spread
from bench.scenarios import JSON, SCENARIOS, TWO_WORKERS

OURS, REFERENCE, LOAD = "vanguard", "nginx", "direct"
_CALLS_SHOWN = 12
_ENOUGH_ROOM = 1.5
_CORES_FOR_TWO = 4  # two workers, load, upstream


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _by_candidate(result: Result, columns: dict[str, str], names: Sequence[str]) -> str:
    rows = [
        [f"{name} {result.versions[name]}"]
        + [shown(middle(result, name, figure)) for figure in columns.values()]
        for name in names
    ]
    return grid(["", *columns], rows)


def cost(result: Result) -> str:
    """What a request and an event cost, and how many requests one core carries."""
    heads = [
        "",
        "CPU ms per 1,000 JSON requests",
        "of it user",
        "× nginx",
        "requests/s on one core",
    ]
    heads += ["headroom of the load", "CPU µs per paced event", "CPU µs per burst event"]
    rows = []
    for name in result.names():
        over = ratio(result, (name, "json.cpu_us"), (REFERENCE, "json.cpu_us"))
        room = ratio(result, (LOAD, "json.rps"), (name, "json.rps"))
        figures = [middle(result, name, f"json.{kind}") for kind in ("cpu_us", "user_us")]
        rate = shown(middle(result, name, "json.rps"))
        # where the load is not much faster than the candidate, the candidate may be faster yet
        bound = "≥ " if room is not None and room < _ENOUGH_ROOM else ""
        events = [middle(result, name, f"{kind}.cpu_us") for kind in ("paced", "burst")]
        cells = [*map(shown, [*figures, over]), bound + rate, shown(room), *map(shown, events)]
        rows.append([f"{name} {result.versions[name]}", *cells])
    return grid(heads, rows)


def latency(result: Result) -> str:
    """What is added to the upstream's own latency, µs."""
    columns = {
        "30 requests/s, p50": "added_low.p50_us",
        "p99": "added_low.p99_us",
        "400 requests/s, p50": "added_busy.p50_us",
        "p99 ": "added_busy.p99_us",
        "first token, 30 streams/s, p50": "added_first.p50_us",
        "p99  ": "added_first.p99_us",
    }
    return _by_candidate(result, columns, result.names())


def memory(result: Result) -> str:
    """Memory and start."""
    columns = {
        "idle PSS, MiB": "idle_pss_mib",
        "idle RSS, MiB": "idle_rss_mib",
        "PSS with streams open, MiB": "loaded_pss_mib",
        "KiB per open stream": "stream_kib",
        "start to first answer, s": "start_s",
    }
    return _by_candidate(result, columns, result.names())


def scenarios(result: Result) -> str:
    """CPU µs of every scenario: per request, of streams per event."""
    names = result.names()
    rows = []
    for scenario in SCENARIOS:
        figures = [middle(result, name, f"{scenario.name}.cpu_us") for name in names]
        if any(figure is not None for figure in figures):
            rows.append([scenario.title, *map(shown, figures)])
    return grid(["CPU µs per request; of streams, per event", *names], rows)


def ours(result: Result) -> str:
    """Our own scenarios in detail: user and system, the ratio to nginx in every round, spread."""
    rows = []
    for scenario in SCENARIOS:
        figure = f"{scenario.name}.cpu_us"
        total = middle(result, OURS, figure)
        if total is None:
            continue
        split = [middle(result, OURS, f"{scenario.name}.{kind}_us") for kind in ("user", "system")]
        over = ratios(result, (OURS, figure), (REFERENCE, figure))
        rows.append(
            [
                scenario.title,
                *map(shown, [total, *split]),
                " ".join(map(shown, over)) or "–",
                percent(spread(result, OURS, figure)),
            ]
        )
    heads = ["vanguard", "CPU µs", "user", "system", "× nginx, each round", "spread over rounds"]
    return grid(heads, rows)


def workers(result: Result) -> str:
    """Two workers beside one; empty for a run without them."""
    pair = TWO_WORKERS.name
    if middle(result, OURS, f"{pair}.rps") is None:
        return ""
    rows = []
    for title, name in (("one worker", JSON.name), ("two workers", pair)):
        rate, cpu, share = (f"{name}.{kind}" for kind in ("rps", "cpu_us", "least_share"))
        over = ratio(result, (OURS, rate), (OURS, f"{JSON.name}.rps"))
        room = ratio(result, (LOAD, f"{JSON.name}.rps"), (OURS, rate))
        cells = [middle(result, OURS, rate), over, room, middle(result, OURS, cpu)]
        rows.append([title, *map(shown, cells), percent(middle(result, OURS, share))])
    heads = ["JSON, 1 KB", "requests/s", "× one worker", "headroom of the load"]
    text = grid([*heads, "CPU µs per request", "CPU of the less busy worker"], rows)
    if int(result.machine.get("cores", 0)) < _CORES_FOR_TWO:
        text += (
            "\nThe machine has fewer than four cores, so that two workers share them with load and"
            " upstream:\nthe rate is not what two cores of their own would carry.\n"
        )
    return text


def noise(result: Result) -> str:
    """How far the rounds lie apart, of what the others' code cannot have changed."""
    columns = {
        "the load alone: requests/s": (LOAD, "json.rps"),
        "the load alone: latency at 30/s, p50": (LOAD, "low.p50_us"),
        "the load alone: latency at 30/s, p99": (LOAD, "low.p99_us"),
        "nginx: CPU per JSON request": (REFERENCE, "json.cpu_us"),
        "nginx: CPU per paced event": (REFERENCE, "paced.cpu_us"),
        "vanguard: CPU per JSON request": (OURS, "json.cpu_us"),
        "vanguard: CPU per paced event": (OURS, "paced.cpu_us"),
    }
    rows = [
        [title, shown(middle(result, *place)), percent(spread(result, *place))]
        for title, place in columns.items()
    ]
    return grid(["", "median", "(largest − smallest) / median"], rows)


def calls(result: Result) -> str:
    """System calls per JSON request and per event, and which they are in our case."""
    if not result.calls:
        return "Not counted: strace was not there.\n"
    rows = [
        [name, *(shown(made.get(kind, {}).get("total")) for kind in ("json", "event"))]
        for name, made in result.calls.items()
    ]
    text = grid(["system calls", "per JSON request", "per event"], rows)
    for kind, words in (("json", "a JSON request"), ("event", "an event")):
        named = list(result.calls.get(OURS, {}).get(kind, {}).items())[: _CALLS_SHOWN + 1]
        listed = ", ".join(f"{name} {shown(count)}" for name, count in named if name != "total")
        text += f"\nOf {words} in vanguard: {listed or 'nothing counted'}.\n"
    return text
