"""Refuses what a client sent, naming the field at fault.

It does not know any API's fields: it reads the decoder's own complaint.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.wire.lenient import LenientDecoder, Unknown

_T = TypeVar("_T")
_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>\$[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"missing required field `([^`]+)`")


def decode(
    decoder: LenientDecoder[_T], body: bytes | msgspec.Raw, path: str = ""
) -> tuple[_T, list[Unknown]]:
    """Decodes a client's JSON.

    Raises:
        InvalidRequest: not JSON, or a field is missing or of the wrong type; `param` names it, with
            `path` before it.
    """
    try:
        if isinstance(body, bytes):
            body.decode()  # values that are kept raw are read late: what is no text ends here
        return decoder.decode(body, path)
    except msgspec.ValidationError as error:
        raise refusal(error, path) from error
    except RecursionError as error:
        raise InvalidRequest("the request body is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"the request body is not valid JSON: {error}") from error


def refusal(error: msgspec.ValidationError, path: str = "") -> InvalidRequest:
    """The refusal that says what the decoder said."""
    match = _PATH.match(str(error))
    what, where = str(error), ""
    if match is not None:
        what = match["what"]
        where = (match["path"] or "").removeprefix("$").removeprefix(".")
    missing = _MISSING.search(what)
    names = [path, where, missing[1] if missing else ""]
    param = ".".join(name for name in names if name).replace(".[", "[")
    message = f"{param}: {what[:1].lower()}{what[1:]}" if param else what
    return InvalidRequest(message, param=param or None)
