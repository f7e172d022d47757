"""Finds short byte strings in long ones.

It does not know what they mean. CPython's own search takes up to 1 ns for each byte of a long body, most
of what a coding agent's request costs here; the C library's `memmem` takes a tenth of it with glibc.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

# below this the call of a foreign function costs more than it saves
_LONG_BYTES = 4_096

Search = Callable[[bytes, int, bytes, int], int | None]


def _library_search() -> Search | None:
    """The C library's `memmem`; None where it has none (Windows)."""
    try:
        # the lock is kept: to give it back and take it again costs as much as the search
        search = ctypes.PyDLL(None).memmem
    except (OSError, TypeError, AttributeError):
        return None
    search.restype = ctypes.c_void_p
    search.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t)
    return search


_search = _library_search()


def holds(data: bytes, mark: bytes) -> bool:
    """Whether a mark stands anywhere in the data.

    By `find`: `in` raises and swallows an exception for each look before it begins.
    """
    size = len(data)
    if size < _LONG_BYTES or _search is None:
        return data.find(mark) >= 0
    return _search(data, size, mark, len(mark)) is not None


def holds_any(data: bytes, marks: tuple[bytes, ...]) -> bool:
    """Whether one of the marks stands anywhere in the data."""
    size = len(data)
    if size < _LONG_BYTES or _search is None:
        for mark in marks:  # noqa: SIM110 - a generator costs as much as the search
            if data.find(mark) >= 0:
                return True
        return False
    for mark in marks:  # noqa: SIM110 - likewise
        if _search(data, size, mark, len(mark)) is not None:
            return True
    return False
