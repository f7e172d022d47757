"""How a document is to be read, out of a request's query and a form's fields.

It does not know what can be read; whoever reads says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from vanguard.core.errors import InvalidRequest
from vanguard.core.settings.names import suggestion
from vanguard.store.documents.records import Wishes

_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_LANGUAGES = re.compile(r"[A-Za-z0-9_]{2,32}(\+[A-Za-z0-9_]{2,32}){0,7}")
_QUEUE = re.compile(r"[a-z0-9-]{1,64}")
_MOST_LICENCE = 200
_MOST_MODEL = 200
FIELDS = Wishes.__struct_fields__


def wishes_of(given: Mapping[str, str]) -> Wishes:
    """The wishes; what is not said is as `Wishes` has it.

    Raises:
        InvalidRequest: a name or a value that there is not.
    """
    found: dict[str, Any] = {}
    for name, text in given.items():
        if name not in FIELDS:
            raise InvalidRequest(
                f"no setting is called '{name}'{suggestion(name, FIELDS)}", param=name
            )
        found[name] = _READ[name](name, text)
    return Wishes(**found)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise InvalidRequest(f"{name} is true or false, not '{text[:40]}'", param=name)
    return _FLAGS[text.lower()]


def _languages(name: str, text: str) -> str:
    if not _LANGUAGES.fullmatch(text):
        raise InvalidRequest(f"{name} are names such as ara or ara+eng", param=name)
    return text


def _queue(name: str, text: str) -> str:
    if not _QUEUE.fullmatch(text):
        raise InvalidRequest(f"{name} has 1 to 64 of a to z, 0 to 9 and -", param=name)
    return text


def _licence(name: str, text: str) -> str:
    if not text.isprintable() or len(text) > _MOST_LICENCE:
        raise InvalidRequest(f"{name} has at most {_MOST_LICENCE} visible characters", param=name)
    return text


def _one_of(*known: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in known:
            raise InvalidRequest(f"{name} is {' or '.join(known)}, not '{text[:40]}'", param=name)
        return text

    return read


def _model(name: str, text: str) -> str:
    if not text.isprintable() or len(text) > _MOST_MODEL:
        raise InvalidRequest(f"{name} has at most {_MOST_MODEL} visible characters", param=name)
    return text


_READ: Mapping[str, Callable[[str, str], Any]] = {
    "languages": _languages,
    "text_layers": _flag,
    "review": _flag,
    "queue": _queue,
    "licence": _licence,
    "reader": _one_of("ocr", "vision", "both"),
    "model": _model,
    "ask_by": _one_of("region", "page"),
}
