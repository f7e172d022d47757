"""Soaks the real gateway process: steady mixed load for long, and whether anything rises.

It does not measure cost. Exits with 1 when something leaks or an answer was wrong.

    python -m bench.soak [--minutes N] [--seconds N] [--tls] [--boot NAME=VALUE]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.endurance.samples import Sample, take
from bench.endurance.traffic import MODELS, Second, behind_tls
from bench.endurance.verdict import Bounds, Course, bounds_for, leaks, report, slopes
from bench.peers.contract import Running, Site
from bench.peers.vanguard import start
from bench.rig import process
from bench.rig.lab import Lab, lab, machine

RESULTS = Path("bench/results")
_REST_LIMIT_S = 90.0  # upstream connections may be kept that long
_READY = b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
_SHOWN_EACH_S = 60.0


def at_rest(running: Running, journal: Path, descriptors: int, began: float) -> Sample:
    """A sample once no more descriptors are open than asked for, or when waiting was enough."""
    assert running.pid is not None
    deadline = time.monotonic() + _REST_LIMIT_S
    while True:
        sample = take(time.monotonic() - began, running.pid, running.port, journal)
        settled = sample.descriptors <= descriptors and not sample.in_flight
        if settled or time.monotonic() > deadline:
            return sample
        time.sleep(0.5)


def soak(made: Lab, seconds_s: float, boot: dict[str, str] | None = None) -> Course:
    """The whole course; behind TLS where the lab has it.

    Raises:
        TimeoutError: the gateway did not start.
        OSError: it died.
    """
    tls = bool(made.upstreams.tls_port)
    models = tuple(behind_tls(model) for model in MODELS) if tls else MODELS
    site = Site(
        made.folder, made.candidate_core, made.load_core, made.upstreams, models, boot=boot or {}
    )
    running = start(site)
    try:
        process.first_answer_s(running.port, _READY, running.began, running.process)
        assert running.pid is not None
        (home,) = made.folder.glob("home-*")
        journal = home / "journal"
        before = take(0, running.pid, running.port, journal)
        command = [sys.executable, "-m", "bench.endurance.traffic", str(running.port)]
        pinned = ["taskset", "-c", str(made.load_core), *command, str(seconds_s), *["tls"] * tls]
        began = time.monotonic()
        samples: list[Sample] = []
        traffic: list[Second] = []
        with subprocess.Popen(pinned, stdout=subprocess.PIPE) as loading:
            reader = threading.Thread(target=_read, args=(loading, traffic), daemon=True)
            reader.start()
            while loading.poll() is None:
                at_s = time.monotonic() - began
                samples.append(take(at_s, running.pid, running.port, journal))
                _show(samples, traffic)
                time.sleep(max(0.0, 1 - (time.monotonic() - began - at_s)))
            reader.join()
        if loading.returncode:
            raise OSError(f"the load ended with {loading.returncode}")
        if reason := running.amiss():
            raise OSError(reason)
        process.stop(made.upstream)  # so that kept connections are let go now
        after = at_rest(running, journal, before.descriptors, began)
        return Course(seconds_s, before, samples, traffic, after)
    finally:
        running.stop()


def _read(loading: subprocess.Popen[bytes], traffic: list[Second]) -> None:
    assert loading.stdout is not None
    lines = msgspec.json.Decoder(Second)
    traffic.extend(map(lines.decode, loading.stdout))


def _show(samples: list[Sample], traffic: list[Second]) -> None:
    last = samples[-1]
    before = samples[-2].at_s if len(samples) > 1 else 0.0
    if int(last.at_s / _SHOWN_EACH_S) == int(before / _SHOWN_EACH_S):
        return
    failures = sum(sum(second.failures.values()) for second in traffic)
    print(
        f"  {last.at_s / 60:.0f} min: {last.rss_mib:.1f} MiB, {last.descriptors} descriptors,"
        f" {last.in_flight} in flight, {failures} wrong answers",
        flush=True,
    )


def write(course: Course, bounds: Bounds) -> Path:
    """Keeps everything as data; returns where."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"soak-{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    kept = {
        "machine": machine(),
        "bounds": bounds,
        "leaks": leaks(course, bounds),
        "slopes": {name: vars_of(slope) for name, slope in slopes(course).items()},
        "course": course,
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    return path


def vars_of(slope: object) -> dict[str, object]:
    """A slope as data; an error that is not known is left out, since JSON has no infinity."""
    return {name: value for name, value in vars(slope).items() if value != float("inf")}


def main(arguments: list[str]) -> int:
    """Soaks, writes bench/results/soak-*.json, prints the verdict."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seconds", type=float, help="instead of minutes")
    parser.add_argument("--tls", action="store_true", help="reach the upstream by TLS")
    parser.add_argument("--boot", action="append", default=[], metavar="NAME=VALUE")
    asked = parser.parse_args(arguments)
    boot = dict(pair.split("=", 1) for pair in asked.boot)
    seconds_s = asked.seconds or asked.minutes * 60
    bounds = bounds_for(seconds_s)
    print(f"soak: {seconds_s / 60:.1f} minutes of steady mixed load", flush=True)
    with lab(tls=asked.tls) as made:
        try:
            course = soak(made, seconds_s, boot)
            print(report(course, bounds))
            print(f"written to {write(course, bounds)}")
            return 1 if leaks(course, bounds) else 0
        except (OSError, ValueError) as error:  # TimeoutError is an OSError
            print(f"soak: {error}\n{made.logs()}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
