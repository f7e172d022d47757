"""How much work a call does, told by the lines that it runs and not by a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(call: Callable[[], object]) -> int:
    """Lines that a call runs, with those of all that it calls."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def grows_evenly(prepare: Callable[[int], Callable[[], object]], size: int = 100) -> bool:
    """Whether four times as much is about four times the work; sixteen times where each looks at all.

    Args:
        prepare: makes what is to be called for so much of the input.
        size: the smaller one.
    """
    return steps(prepare(4 * size)) < 6 * steps(prepare(size))
