"""Reads files that stand inside a request of OpenAI's: `data:` addresses and bare base64.

It does not know where in a request they stand. Source: RFC 2397.
"""

from __future__ import annotations

import base64
import binascii
import re

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import Inline, PlainText

_DATA_URL = re.compile(r"data:(?P<type>[^;,]*)(?P<parameters>(?:;[^;,]*)*),", re.ASCII)


def inline(url: str, path: str) -> Inline:
    """The bytes of a `data:` address; only base64 has a place in other APIs.

    Raises:
        InvalidRequest: it is none; `path` names the field.
    """
    match = _DATA_URL.match(url)
    if match is None or ";base64" not in match["parameters"].lower():
        raise InvalidRequest(f"{path}: not a data URL with base64 data", param=path)
    return Inline(match["type"] or "text/plain", url[match.end() :])


def file_content(data: str, path: str) -> Inline | PlainText:
    """A file's bytes, which are a PDF where nothing is said; plain text becomes text.

    Raises:
        InvalidRequest: it cannot be read; `path` names the field.
    """
    if not data.startswith("data:"):
        return Inline("application/pdf", data)
    read = inline(data, path)
    if read.media_type != "text/plain":
        return read
    try:
        return PlainText(base64.b64decode(read.data, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path}: not base64 of UTF-8 text", param=path) from error
