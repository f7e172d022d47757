"""Puts the numbers of all workers into one answer: whoever is asked answers for everybody.

It does not know what is counted. Each worker writes its own numbers to a file once a second; each
series gets a label with its worker, so that a restart is the counter reset that Prometheus expects.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_SUFFIX = ".prom"


def publish_metrics(folder: Path, worker: str, text: bytes) -> None:
    """Leaves a worker's numbers where the others find them.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = folder / f".{worker}.{os.getpid()}"
    temporary.write_bytes(text)
    temporary.replace(_place(folder, worker))


def withdraw_metrics(folder: Path, worker: str) -> None:
    """Takes them away when the worker ends."""
    _place(folder, worker).unlink(missing_ok=True)


def shared_metrics(folder: Path, worker: str, text: bytes) -> bytes:
    """The worker's own numbers, of now, with what the others wrote last."""
    texts = {worker: text}
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        name, _, process = path.stem.rpartition("~")
        if name == worker:
            continue
        if not _lives(process):
            path.unlink(missing_ok=True)
            continue
        try:
            texts[name] = path.read_bytes()
        except FileNotFoundError:
            continue  # it ended meanwhile
    return merge(texts)


def _place(folder: Path, worker: str) -> Path:
    return folder / f"{worker}~{os.getpid()}{_SUFFIX}"


def _lives(process: str) -> bool:
    """Whether the process that wrote a file runs; how old the file is says nothing once clocks step."""
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


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
