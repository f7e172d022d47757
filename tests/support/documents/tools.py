"""Tools of documents for tests of those who use them: plain text, and no library."""

from __future__ import annotations

import json

from vanguard.control.documents.ports import Form
from vanguard.core.errors import InvalidRequest

FORMS = {"markdown": Form("text/markdown", ".md"), "json": Form("application/json", ".json")}


class PlainTools:
    """Writes what it was given as JSON; a crop says what it is of."""

    def __init__(self):
        self.lacking = ""
        self.crops = []

    def missing(self):
        return self.lacking

    def check(self, wishes):
        if wishes.languages == "tlh":
            raise InvalidRequest("there are no data for tlh", param="languages")

    def form(self, name):
        if name not in FORMS:
            raise InvalidRequest(f"no format {name!r}", param="format")
        return FORMS[name]

    def write(self, read, form, out):
        said = [[one.subject, one.verdict, one.value] for one in read.corrections]
        text = {"form": form, "read": read.document.decode(), "corrections": said}
        out.write(json.dumps(text).encode())

    def crop(self, part):
        part.image.stat()
        self.crops.append(part)
        return f"picture of {part.box}".encode()
