"""The table of formats: name, media type, suffix, and who writes it.

It does not know how a format is written, and loads a writer when it is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import BinaryIO, NamedTuple, Protocol

from vanguard.core.errors import InvalidRequest, PlatformError
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import Document


class Writer(Protocol):
    """Writes a document; raises InvalidRequest where the format cannot hold it."""

    def __call__(self, document: Document, out: BinaryIO, wishes: Wishes) -> None:
        """Writes the whole document, from where `out` stands."""


class Format(NamedTuple):
    """A row of the table.

    Attributes:
        suffix: of a file's name, with its dot; no two formats share one.
        target: module and function of the writer.
    """

    name: str
    media_type: str
    suffix: str
    target: str

    def write(self, document: Document, out: BinaryIO, wishes: Wishes | None = None) -> None:
        """Writes the document.

        Raises:
            InvalidRequest: when the format needs what is not there, or cannot hold the document.
            PlatformError: when the libraries of documents are not installed.
        """
        numbers = [page.number for page in document.pages]
        if len(set(numbers)) < len(numbers) or min(numbers, default=1) < 1:
            raise InvalidRequest("pages need numbers of their own, from 1", param="pages")
        module, _, name = self.target.partition(":")
        try:
            writer: Writer = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            raise PlatformError(
                f"{self.name} needs a package that is not installed ({error.name}): "
                "pip install 'vanguard-ai[documents]'"
            ) from error
        writer(document, out, wishes or Wishes())


_HERE = "vanguard.documents.formats"
FORMATS: Mapping[str, Format] = {
    row.name: row
    for row in (
        Format("markdown", "text/markdown", ".md", f"{_HERE}.markdown:write"),
        Format("html", "text/html", ".html", f"{_HERE}.html:write"),
        Format("json", "application/json", ".json", f"{_HERE}.structured:write"),
        Format("text", "text/plain", ".txt", f"{_HERE}.plain:write"),
        Format("alto", "application/xml", ".xml", f"{_HERE}.xml.alto:write"),
        Format("page", "application/zip", ".zip", f"{_HERE}.xml.page_form:write"),
        Format("pdf", "application/pdf", ".pdf", f"{_HERE}.pdf.searchable:write"),
    )
}


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        InvalidRequest: when there is none.
    """
    found = FORMATS.get(name)
    if found is None:
        raise InvalidRequest(f"no format {name!r}; there are {', '.join(FORMATS)}", param="format")
    return found


def format_of(file: str) -> Format:
    """The format that a file's name asks for, by its suffix.

    Raises:
        InvalidRequest: when it asks for none.
    """
    for row in FORMATS.values():
        if file.lower().endswith(row.suffix):
            return row
    known = ", ".join(row.suffix for row in FORMATS.values())
    raise InvalidRequest(f"{file!r} names no format; known are {known}", param="format")
