"""Replaces presentation forms, the shapes of letters, by the letters themselves.

It does not know words. Symbols that are one character by right, such as ﷺ and ﷼, stay.
"""

from __future__ import annotations

from vanguard.documents.arabic.letters import FORM, base_letters
from vanguard.documents.arabic.repairs.change import Change, each


def _change(line: str) -> Change | None:
    forms = len(FORM.findall(line))
    return Change(base_letters(line), f"{forms} presentation forms") if forms else None


fold_presentation = each(_change)
