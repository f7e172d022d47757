"""Puts the numbers of all workers into one answer: whoever is asked answers for everybody.

It does not know what is counted. Each worker writes its own numbers to a file once a second; each
series gets a label with its worker, so that a restart is the counter reset that Prometheus expects.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

_SUFFIX = ".prom"
# of a worker that has not written for so long only the past is known
_STALE_S = 10.0


def publish_metrics(folder: Path, worker: str, text: bytes) -> None:
    """Leaves a worker's numbers where the others find them.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = folder / f".{worker}.{os.getpid()}"
    temporary.write_bytes(text)
    temporary.replace(folder / f"{worker}{_SUFFIX}")


def withdraw_metrics(folder: Path, worker: str) -> None:
    """Takes them away when the worker ends."""
    (folder / f"{worker}{_SUFFIX}").unlink(missing_ok=True)


def shared_metrics(folder: Path, worker: str, text: bytes) -> bytes:
    """The worker's own numbers, of now, with what the others wrote last."""
    texts = {worker: text}
    newest = time.time() - _STALE_S
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            if path.stem != worker and path.stat().st_mtime >= newest:
                texts[path.stem] = path.read_bytes()
        except FileNotFoundError:
            continue  # it ended meanwhile
    return merge(texts)


def merge(texts: Mapping[str, bytes]) -> bytes:
    """Texts in Prometheus' format as one: every family once, every series with its worker."""
    headings: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for worker, text in texts.items():
        family = ""
        for line in text.decode().splitlines():
            if line.startswith("# "):
                family = line.split(" ", 3)[2]
                heading = headings.setdefault(family, [])
                if line not in heading:
                    heading.append(line)
            elif line:
                samples.setdefault(family, []).append(_labelled(line, worker))
    lines = [
        line for family, heading in headings.items() for line in heading + samples.get(family, [])
    ]
    return ("\n".join(lines) + "\n").encode()


def _labelled(line: str, worker: str) -> str:
    name, brace, rest = line.partition("{")
    if brace:
        return f'{name}{{worker="{worker}",{rest}'
    name, _, value = line.partition(" ")
    return f'{name}{{worker="{worker}"}} {value}'
