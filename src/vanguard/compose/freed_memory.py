"""Has the C library keep a few megabytes of what was freed, for the requests that follow.

It does not know requests. glibc gives the end of its heap back to the system as soon as a few hundred
kilobytes there are free. A body of 150 KB is held about four times on its way: each request took that memory
anew, page by page, and 140 page faults were a third of its processor time.
"""

from __future__ import annotations

import ctypes
import sys

# names of the settings: see the manual page of mallopt
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_KEPT_BYTES = 8 * 1024 * 1024
_STEP_BYTES = 1024 * 1024
# larger pieces are mapped apart and given back at once; to set the others ends glibc's own guess of it
_APART_BYTES = 4 * 1024 * 1024


def keep_freed_memory() -> bool:
    """Sets it for this process; returns whether the C library knows such settings (musl does not)."""
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    settings = (
        (_M_MMAP_THRESHOLD, _APART_BYTES),
        (_M_TRIM_THRESHOLD, _KEPT_BYTES),
        (_M_TOP_PAD, _STEP_BYTES),
    )
    return all(mallopt(name, value) for name, value in settings)
