"""Takes out the strokes that stretch a word to fill its line.

It does not know words. A stroke stays beside marks, which it may carry as in the Quran, where it ends a word
(ه‍ـ of a Hijri date is written with one), and where it stands alone.
"""

from __future__ import annotations

import re

from vanguard.documents.arabic.letters import LETTER_RANGES, TATWEEL
from vanguard.documents.arabic.repairs.change import Change, each

_STRETCH = re.compile(
    f"(?<=[{LETTER_RANGES}]){TATWEEL}+(?=[{LETTER_RANGES}])"
)  # a mark behind it would be carried by it


def _change(line: str) -> Change | None:
    text, count = _STRETCH.subn("", line)
    return Change(text, f"{count} words stretched") if count else None


drop_tatweel = each(_change)
