"""The forms by their names.

It does not know what is in them.
"""

from __future__ import annotations

from vanguard.documents.evaluate.forms import kitab, lenient, misraj, strict
from vanguard.documents.evaluate.forms.contract import Form

FORMS: dict[str, Form] = {
    form.name: form for form in (strict.FORM, lenient.FORM, kitab.FORM, misraj.FORM)
}
