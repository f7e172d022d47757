"""The trainers and clusters that settings can be written for, by the names that people use.

It does not know their formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from vanguard.documents.train import examples, left_out
from vanguard.documents.train.emit import axolotl, hyperpod, kubernetes, ms_swift
from vanguard.documents.train.emit.job import Emitted, Job

TRAINERS: Mapping[str, Callable[[Job], Emitted]] = {
    "ms-swift": ms_swift.emit,
    "axolotl": axolotl.emit,
    "kubernetes": kubernetes.emit,
    "hyperpod": hyperpod.emit,
}


def write(trainer: str, job: Job, path: Path) -> Emitted:
    """Writes the settings to a file, and for axolotl the pages beside it.

    Raises:
        SettingsError: the job cannot be written for this trainer.
        InvalidRequest: for axolotl, the pages cannot be read.
    """
    if trainer == "axolotl":
        found = examples.load(Path(job.data)).examples
        held = examples.load(Path(job.held_out)).examples if job.held_out else ()
        kept = left_out.sift(found, held, tuple(map(Path, job.avoid))).kept
        beside = path.with_suffix(".pages.jsonl")
        with beside.open("wb") as lines:
            lines.writelines(axolotl.pages(kept))
        job = msgspec.structs.replace(job, data=str(beside.resolve()))
    emitted = TRAINERS[trainer](job)
    path.write_text(emitted.text, "utf-8")
    return emitted
