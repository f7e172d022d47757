"""The strict form, the default: only what cannot be seen on paper is folded.

It does not know Markdown: it looks at the pieces of a page. Rules as in an independent run over 462
Arabic pages (Clouda OCR benchmark, normalisation v1.0.0, 2026-09-19), but that a line's end is a space.
"""

from __future__ import annotations

from vanguard.documents.evaluate import letters
from vanguard.documents.evaluate.forms.ruled import form_by

RULES = (
    letters.base_letters,
    letters.composed,
    letters.visible,
    letters.separators,
    letters.spaced,
)

FORM = form_by(
    RULES,
    name="strict",
    version="strict-1",
    source="own; rules of the Clouda OCR benchmark v1.0.0 (2026-09-19)",
)
normal = FORM.normal
