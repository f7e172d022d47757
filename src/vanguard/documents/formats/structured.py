"""A document as JSON: the value itself, with the version of its form.

It does not know what the fields mean; `vanguard.documents.page` does. The schema of the form is
docs/document.schema.json:

    python -m vanguard.documents.formats.structured --write docs
    python -m vanguard.documents.formats.structured --check docs
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.text import REPLACEMENT
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import Document

VERSION = 1
SCHEMA = "document.schema.json"


class VersionedDocument(Document, frozen=True, omit_defaults=False):
    """A document as it is written.

    Attributes:
        version: rises when a reader of the last form would misread a file; new fields alone do not
            raise it, and readers pass over what they do not know.
    """

    version: int = VERSION


def to_json(document: Document) -> bytes:
    """The document, UTF-8, ending in a line feed; halves of surrogate pairs become U+FFFD."""
    written = VersionedDocument(document.pages, document.source, document.sha256)
    try:
        return msgspec.json.encode(written) + b"\n"
    except UnicodeEncodeError:
        return msgspec.json.encode(_encodable(msgspec.to_builtins(written))) + b"\n"


def from_json(data: bytes) -> Document:
    """What `to_json` wrote.

    Raises:
        InvalidRequest: when it is no such file, or one of a later version.
    """
    try:
        read = msgspec.json.decode(data, type=VersionedDocument)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"this is no document that was read before: {error}") from error
    if read.version > VERSION:
        raise InvalidRequest(
            f"the document has version {read.version}, this Vanguard reads up to {VERSION}"
        )
    return Document(read.pages, read.source, read.sha256)


def write(document: Document, out: BinaryIO, wishes: Wishes) -> None:
    """Writes the document; see `registry.Writer`."""
    del wishes
    out.write(to_json(document))


def schema() -> bytes:
    """The JSON schema (2020-12) of the form, indented."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A read document",
        **msgspec.json.schema(VersionedDocument),
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(REPLACEMENT if "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value


def main(arguments: list[str]) -> int:
    """`--write FOLDER` or `--check FOLDER`; 1 when the kept schema differs, 2 on wrong usage."""
    if len(arguments) != 2 or arguments[0] not in {"--write", "--check"}:
        sys.stderr.write(
            "usage: python -m vanguard.documents.formats.structured --write|--check DIR\n"
        )
        return 2
    path = Path(arguments[1]) / SCHEMA
    if arguments[0] == "--write":
        path.write_bytes(schema())
        return 0
    if path.exists() and path.read_bytes() == schema():
        return 0
    sys.stderr.write(f"{path} differs from the values\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
