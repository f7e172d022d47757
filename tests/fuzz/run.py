"""Fuzzes one target, guided by coverage: `python -m fuzz.run TARGET [--seconds N] [--seed N]`, from `tests/`.

It does not know the targets' rules. What it finds lies in `build/fuzz/TARGET/`; a find belongs, with
its mending, into `tests/fuzz/corpus/TARGET/`, where it is an ordinary unit test from then on.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import sys
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
TARGETS = ("server", "client", "sse", "event_stream", "read_pages")


def main(arguments: list[str]) -> None:
    """Does not return: the fuzzer ends the process, with 0 when it found nothing."""
    parser = argparse.ArgumentParser(prog="fuzz.run")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    asked = parser.parse_args(arguments)
    with atheris.instrument_imports(include=["vanguard"]):
        target = importlib.import_module(f"fuzz.targets.{asked.target}")
    work = HERE.parent.parent / "build" / "fuzz" / asked.target
    found = work / "found"
    found.mkdir(parents=True, exist_ok=True)
    # what is new goes to the first folder; the repository's own corpus is read only
    flags = [str(found), str(HERE / "corpus" / asked.target)]
    flags += [f"-max_total_time={asked.seconds}", f"-artifact_prefix={work}/", "-max_len=4096"]
    flags += ["-timeout=20", f"-rss_limit_mb={_reached_mib() + 1024}"]
    flags += ["-verbosity=0", "-print_final_stats=1"]
    flags += [f"-dict={HERE / 'http.dict'}"] if asked.target in {"server", "client"} else []
    flags += [f"-seed={asked.seed}"] if asked.seed else []
    atheris.Setup([sys.argv[0], *flags], target.check)
    atheris.Fuzz()


def _reached_mib() -> int:
    """What the system counts as this process's highest memory: that of whoever started it is in it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(sys.argv[1:])
