"""A timer of microseconds for an event loop: the kernel's timerfd, which Python 3.11 does not show.

It does not know what is due. The loop's own timers count in whole milliseconds, which would be more
than the latency that is to be measured. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import time

_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC
_ABSOLUTE = 1


class _Time(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Setting(ctypes.Structure):
    _fields_ = (("interval", _Time), ("value", _Time))


class Timer:
    """One alarm at a time, at a moment of `time.monotonic`; readable when it has gone off."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = self._libc.timerfd_create(time.CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        self._check(self.descriptor)

    def set(self, due: float) -> None:
        """Goes off at `due`, at once if that has passed."""
        seconds, rest = divmod(max(1, int(due * 1e9)), 1_000_000_000)
        setting = _Setting(_Time(0, 0), _Time(seconds, rest))
        self._check(
            self._libc.timerfd_settime(self.descriptor, _ABSOLUTE, ctypes.byref(setting), None)
        )

    def taken(self) -> None:
        """Quiets an alarm that has gone off."""
        os.read(self.descriptor, 8)

    def close(self) -> None:
        """Gives the descriptor back."""
        os.close(self.descriptor)

    @staticmethod
    def _check(result: int) -> None:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
