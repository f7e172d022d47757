"""Where documents go in an output folder: no two in one place.

It does not know formats, and needs no library: who only fetches what others read needs it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def places(names: Sequence[Path], suffix: str) -> list[Path]:
    """Where each goes below the output folder; `a.pdf` and `a.png` keep their suffixes, to differ."""
    stems: dict[Path, int] = {}
    for name in names:
        stems[name.with_suffix("")] = stems.get(name.with_suffix(""), 0) + 1
    wanted, taken = [], set()
    for name in names:
        plain = name.with_suffix(suffix)
        place = plain if stems[name.with_suffix("")] == 1 else name.with_name(name.name + suffix)
        number = 2
        while place in taken:
            place = name.with_name(f"{name.name}-{number}{suffix}")
            number += 1
        taken.add(place)
        wanted.append(place)
    return wanted
