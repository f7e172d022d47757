"""Does one step: values out of blobs, through the stage, back into blobs.

It does not know in which process it runs. What a stage raises becomes an outcome here.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec

from vanguard.core.errors import VanguardError
from vanguard.flow.ports import Blobs, Outcome, Produced, Task

_MOST_ERROR = 2_000


def do(task: Task, blobs: Blobs) -> Outcome:
    """The outcome of a task; whatever goes wrong is in it, but for the process's own end."""
    began = time.process_time()
    try:
        produced = tuple(_produce(task.stage, task.keys, blobs))
    except VanguardError as error:
        return failed(task, error.message, again=error.retryable, cpu_s=time.process_time() - began)
    except MemoryError:
        return failed(
            task, "it took more memory than a step may have", cpu_s=time.process_time() - began
        )
    except Exception as error:  # noqa: BLE001 - the border of a step: a defect of one ends one
        reason = f"{type(error).__name__}: {error}"
        return failed(task, reason, again=True, cpu_s=time.process_time() - began)
    return Outcome(
        task.step,
        task.stage.name,
        task.item,
        "done",
        produced,
        cpu_s=round(time.process_time() - began, 4),
    )


def failed(task: Task, reason: str, *, again: bool = False, cpu_s: float = 0.0) -> Outcome:
    """The outcome of a task of which nothing came."""
    return Outcome(
        task.step,
        task.stage.name,
        task.item,
        "failed",
        error=reason[:_MOST_ERROR],
        again=again,
        cpu_s=round(cpu_s, 4),
    )


def _produce(stage: Any, keys: tuple[str, ...], blobs: Blobs) -> list[Produced]:
    values = [msgspec.json.decode(blobs.get(key), type=stage.takes) for key in keys]
    return [
        Produced(blobs.put(msgspec.json.encode(one.value)).sha256, one.label)
        for one in stage.process(values, blobs)
    ]
