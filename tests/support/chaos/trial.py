"""One trial: a run and its judgement, with everything kept that a failure needs.

It does not know what the run is for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvloop

from support.chaos.audit import Evidence, audit
from support.chaos.book import read_book
from support.chaos.report import report_of
from support.chaos.run import Order, Run


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Attributes:
        found: what each check has found.
    """

    folder: Path
    evidence: Evidence
    found: dict[str, list[str]]

    @property
    def failed(self) -> set[str]:
        """Names of the checks that found something."""
        return {name for name, faults in self.found.items() if faults}

    def forget(self) -> None:
        """Nothing of it is needed any more."""
        (self.folder / "clean").touch()

    def told(self, most: int = 12) -> str:
        """What was found, for people."""
        lines = []
        for name in sorted(self.failed):
            faults = self.found[name]
            lines.append(f"{name}: {len(faults)}")
            lines += [f"    {fault}" for fault in faults[:most]]
        return "\n".join(lines)


def hold_trial(order: Order, folder: Path) -> Trial:
    """Runs and judges. `folder` gets the upstream's book, the report and, of a failure, the home."""
    run = Run(order, folder)
    keep: Path | None = folder / "kept-home"
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            happened = runner.run(run.go())
        evidence = Evidence(happened, read_book(run.book))
        trial = Trial(folder, evidence, audit(evidence))
        made = report_of(evidence, trial.found)
        (folder / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")
        if not trial.failed:
            keep = None
        return trial
    finally:
        run.end(keep)
