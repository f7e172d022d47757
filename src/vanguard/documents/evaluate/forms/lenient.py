"""The lenient form: the strict one without marks and tatweel, with one set of digits.

It does not know Markdown. The gap between strict and lenient is what marks and digits cost.
"""

from __future__ import annotations

from vanguard.documents.evaluate import letters
from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.forms.ruled import form_by

RULES = (
    *strict.RULES,
    letters.unmarked,
    letters.unstretched,
    letters.folded_digits,
    letters.spaced,
)

FORM = form_by(RULES, name="lenient", version="lenient-1", source="own")
normal = FORM.normal
