"""Counts what a request and a streamed event cost in instructions, so that noise cannot hide a change.

It does not measure time. The real gateway process runs under callgrind, one request at a time; what is
counted is user mode only. Requests repeat within about two per cent, events three, streams six: the timers
that report to the lender of limits and look for a new snapshot are in them, and run by the clock.

    python -m bench.instructions [--all] [--tls] [--count N] [--boot NAME=VALUE] [--json FILE] [--against FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.load.requests import Ask
from bench.models import BenchModel
from bench.rig import certificate, gateway_home, lender, process, valgrind
from bench.rig.lockstep import Lockstep
from bench.upstream.server import tls_context

KEY = "vk-bench-0123456789abcdefghijklmnopqr"
SHORT, LONG = 10, 60  # events of the two streams whose difference is the events' own cost


@dataclass(frozen=True)
class Case:
    """One way through the gateway."""

    title: str
    door: str
    upstream: str
    guarded: bool = False
    tls: bool = False
    body: str = "small"
    usage: bool = True

    def ask(self, events: int) -> Ask:
        """The request; 0 events: answered with JSON."""
        name = BenchModel(self.upstream, events, guarded=self.guarded, tls=self.tls).name
        return Ask(self.door, name, self.body, stream=events > 0, usage=self.usage)


CASES = (
    Case("openai", "openai", "openai"),
    Case("anthropic", "anthropic", "anthropic"),
    Case("openai client, anthropic upstream", "openai", "anthropic"),
    Case("anthropic client, openai upstream", "anthropic", "openai"),
    Case("openai, guarded", "openai", "openai", guarded=True),
    Case("openai, usage not asked for", "openai", "openai", usage=False),
    Case("openai, 150 KB body", "openai", "openai", body="agent"),
    Case("anthropic client, openai upstream, 150 KB body", "anthropic", "openai", body="agent"),
)
QUICK = CASES[:4]
TLS = (Case("openai, TLS to the upstream", "openai", "openai", tls=True),)


def models() -> tuple[BenchModel, ...]:
    """Every model that a case may ask for."""
    return tuple(
        BenchModel(upstream, events, guarded=guarded, tls=tls)
        for upstream in ("openai", "anthropic")
        for guarded, tls in ((False, False), (True, False), (False, True))
        for events in (0, SHORT, LONG)
    )


def count(
    case: Case, steps: Lockstep, counter: valgrind.Counter, requests: int
) -> dict[str, float]:
    """Instructions per JSON request, per stream of no events, and per event."""
    streams = max(2, requests // 4)
    steps.json(case.ask(0), 20)
    steps.stream(case.ask(SHORT), 3)
    counter.since()
    steps.json(case.ask(0), requests)
    json_request = counter.since() / requests
    steps.stream(case.ask(SHORT), streams)
    short = counter.since() / streams
    steps.stream(case.ask(LONG), streams)
    event = (counter.since() / streams - short) / (LONG - SHORT)
    return {"json_request": json_request, "stream": short - SHORT * event, "event": event}


def measure(
    cases: tuple[Case, ...], requests: int, boot_values: dict[str, str]
) -> dict[str, dict[str, float]]:
    """Every case, in one gateway process under valgrind."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="vanguard-bench-") as temporary:
        folder = Path(temporary)
        listener = process.listener()
        steps, upstreams = _upstreams(folder, tls=any(case.tls for case in cases))
        made = gateway_home.snapshot(KEY, upstreams, models())
        home = folder / "home"
        (boot,) = gateway_home.make(home, listener.fileno(), made, boot_values)
        lending = lender.start(home, process.cores()[1], folder / "lender.log")
        program = [sys.executable, "-m", "vanguard.compose.gateway_process", "--boot", str(boot)]
        gateway = process.spawn(
            valgrind.command(folder, program),
            process.cores()[0],
            folder / "gateway.log",
            pass_fds=(listener.fileno(),),
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        try:
            counter = valgrind.Counter(gateway.pid, folder)
            port = int(listener.getsockname()[1])
            steps.connect(port)
            for case in cases:
                found[case.title] = count(case, steps, counter, requests)
                print(shown(case.title, found[case.title], {}), flush=True)
            lender.insist(home)
        except Exception:
            print((folder / "gateway.log").read_text()[-2_000:], file=sys.stderr)
            raise
        finally:
            steps.close()
            process.stop(gateway)
            process.stop(lending)
            listener.close()
    return found


def _upstreams(folder: Path, *, tls: bool) -> tuple[Lockstep, gateway_home.Upstreams]:
    """Client and upstream in step, and what the gateway is told of the upstream."""
    context: ssl.SSLContext | None = None
    authority = ""
    if tls:
        authority = str(certificate.make(folder))
        context = tls_context(folder)
    steps = Lockstep(KEY, context)
    return steps, gateway_home.Upstreams(steps.port, steps.tls_port if tls else 0, authority)


def shown(title: str, figures: dict[str, float], before: dict[str, float]) -> str:
    """One line; with the change where there is something to compare with."""
    cells = []
    for name, value in figures.items():
        text = f"{name} {value / 1000:8,.1f}k"
        if before.get(name):
            text += f" ({value / before[name] - 1:+.1%})"
        cells.append(text)
    return f"  {title:48} " + "   ".join(cells)


def main(arguments: list[str]) -> int:
    """Counts and prints; 1 where valgrind is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--all", action="store_true", help="guardrail and large bodies, too")
    parser.add_argument("--tls", action="store_true", help="only what goes out by TLS")
    parser.add_argument(
        "--boot", action="append", default=[], metavar="NAME=VALUE", help="of the gateway"
    )
    parser.add_argument("--count", type=int, default=100, help="JSON requests of each case")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--against", type=Path, help="compare with a file written before")
    asked = parser.parse_args(arguments)
    if reason := valgrind.missing() or (certificate.missing() if asked.tls else ""):
        print(f"instructions: {reason}", file=sys.stderr)
        return 1
    print("instructions in user mode, thousands (k):")
    cases = TLS if asked.tls else CASES if asked.all else QUICK
    boot_values = dict(pair.split("=", 1) for pair in asked.boot)
    found = measure(cases, asked.count, boot_values)
    if asked.against:
        before = json.loads(asked.against.read_text())
        print(f"\ncompared with {asked.against}:")
        for title, figures in found.items():
            print(shown(title, figures, before.get(title, {})))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
