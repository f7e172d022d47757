"""Turns what pydantic found wrong into one line each: the place, what is wrong, what is expected.

It does not know where a value stands in a file or which variable held it; the caller says that.
Values of fields that may hold a secret are never repeated.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vanguard.core.settings.names import nearest, section_of, suggestion
from vanguard.core.settings.sections.base import NAME_PATTERN, REFERENCE_PATTERN, Section
from vanguard.core.settings.tree import Settings

Path = tuple[str | int, ...]

REFERENCE_ADVICE = (
    "write env:NAME or file:/path, never the secret itself: put it into an environment variable"
    " or a file that only its owner can read"
)
_PROXY_ADVICE = (
    "where it wants a password, env:NAME or file:/path of http://user:password@host:port"
)
_UNKNOWN = "unknown field"
_MISSING = "is missing"
_SECRETS = frozenset(
    {"api_key", "key", "url", "headers", "proxy", "token", "master_key", "model_key", "seal_key"}
    | {"access_key_id", "secret_access_key", "session_token"}
)
_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "float_parsing": "a number",
    "number_type": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text (put it in quotes)",
    "path_type": "the path of a file or a folder",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of fields to values",
    "model_attributes_type": "a mapping of fields to values",
}

# what a pattern says of these, in words
_SHAPES: dict[str | int, str] = {
    "base_url": "an address such as http://10.0.0.7:8000/v1",
    "sts_url": "an address such as https://sts.eu-west-1.amazonaws.com",
    "path": "a path that begins with /, such as /health, without spaces",
    "region": "a region such as eu-west-1",
    "location": "a location such as us-central1",
    "credentials": "aws:default or aws:profile/NAME",
    "arn": "a role's ARN such as arn:aws:iam::123456789012:role/models",
}


@dataclass(frozen=True)
class Complaint:
    """One thing wrong; `path` leads to the value, or to the place where one is missing."""

    path: Path
    text: str


def complaints(error: ValidationError) -> list[Complaint]:
    """All that is wrong, one for each place, in the order of the tree."""
    found: dict[Path, Complaint] = {}
    for details in error.errors(include_url=False):
        raw = details["loc"]
        path = tuple(step for step in raw if not _is_branch(step))
        if "PriceSettings" in raw and not isinstance(details["input"], dict):
            if details["type"] == "model_type":
                continue  # the other branch (`free`) says the same in better words
        elif str(raw[-1]).startswith("literal[") and isinstance(details["input"], dict):
            continue  # a mapping was meant: its own fields say what is wrong
        found.setdefault(path, Complaint(path, _text(details, path)))
    meant = {
        (*path[:-1], _field_meant(path)) for path, one in found.items() if _UNKNOWN in one.text
    }
    # A misspelt field is one mistake: that the right one is missing goes without saying.
    return [one for one in found.values() if one.text != _MISSING or one.path not in meant]


def _is_branch(step: str | int) -> bool:
    """Whether a step of pydantic's location names a branch of a union or a key, and no field."""
    return isinstance(step, str) and (
        step in {"[key]", "PriceSettings"} or step.startswith(("literal[", "constrained-"))
    )


def _text(details: ErrorDetails, path: Path) -> str:
    explain = _EXPLAIN.get(details["type"])
    if explain is not None:
        return explain(details, path)
    expected = _EXPECTED.get(details["type"])
    if expected is not None:
        return f"expected {expected}{_got(details, path)}"
    message = details["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"expected {message}{_got(details, path)}"


def _unknown_field(_details: ErrorDetails, path: Path) -> str:
    return f"{_UNKNOWN}{suggestion(str(path[-1]), _fields_at(path[:-1]))}"


def _field_meant(path: Path) -> str | None:
    return nearest(str(path[-1]), _fields_at(path[:-1]))


def _fields_at(path: Path) -> Iterable[str]:
    section = _section_at(path)
    return section.model_fields if section else ()


def _missing(_details: ErrorDetails, _path: Path) -> str:
    return _MISSING


def _pattern(details: ErrorDetails, path: Path) -> str:
    name, pattern = path[-1] if path else "", details.get("ctx", {}).get("pattern")
    if pattern == REFERENCE_PATTERN:
        return REFERENCE_ADVICE
    if name == "proxy":
        return f"expected http://host:port, https://host:port or none; {_PROXY_ADVICE}"
    if pattern == NAME_PATTERN:
        return (
            "a name has letters, digits and . _ : / @ - , starts with a letter or a digit and is at"
            f" most 128 long{_got(details, path)}"
        )
    expected = _SHAPES.get(name, f"text of the form {pattern}")
    return f"expected {expected}{_got(details, path)}"


def _choice(details: ErrorDetails, path: Path) -> str:
    expected = details.get("ctx", {}).get("expected", "")
    text = f"expected {expected}"
    if "PriceSettings" in details["loc"] or path[-1:] == ("price",):
        text += " or a mapping with input, output, …"
    words = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    return f"{text}{_got(details, path)}{suggestion(str(details['input']), words)}"


def _too_small(details: ErrorDetails, path: Path) -> str:
    bounds = details.get("ctx", {})
    least = f"more than {bounds['gt']}" if "gt" in bounds else f"at least {bounds['ge']}"
    return f"expected {least}{_got(details, path)}"


def _too_large(details: ErrorDetails, path: Path) -> str:
    return f"expected at most {details.get('ctx', {}).get('le')}{_got(details, path)}"


def _too_long(details: ErrorDetails, path: Path) -> str:
    return f"is longer than {details.get('ctx', {}).get('max_length')}{_got(details, path)}"


def _too_short(_details: ErrorDetails, _path: Path) -> str:
    return "must not be empty"


_EXPLAIN: dict[str, Callable[[ErrorDetails, Path], str]] = {
    "extra_forbidden": _unknown_field,
    "missing": _missing,
    "string_pattern_mismatch": _pattern,
    "literal_error": _choice,
    "greater_than": _too_small,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "too_short": _too_short,
    "string_too_short": _too_short,
    "too_long": _too_long,
    "string_too_long": _too_long,
}


def _got(details: ErrorDetails, path: Path) -> str:
    """What was found, in few words; nothing where a secret may be."""
    if any(step in _SECRETS for step in path):
        return ""
    value = details["input"]
    if value is None:
        return ", found nothing"
    if isinstance(value, dict | list):
        return f", found a {'mapping' if isinstance(value, dict) else 'list'}"
    shown = repr(value)
    return f", found {shown if len(shown) <= 60 else shown[:59] + '…'}"


def _section_at(path: Path) -> type[Section] | None:
    """The section of the tree that `path` leads to."""
    annotation: object = Settings
    for step in path:
        section = section_of(annotation)
        if section is not None:
            if step not in section.model_fields:
                return None
            annotation = section.model_fields[str(step)].annotation
        else:
            annotation = (typing.get_args(annotation) or (None,))[-1]
        annotation = _without_choice(annotation)
    section = section_of(annotation)
    return typing.cast("type[Section] | None", section)


def _without_choice(annotation: object) -> object:
    """Of `PriceSettings | Literal["free"] | None` the section."""
    for part in typing.get_args(annotation):
        if section_of(part) is not None and typing.get_origin(annotation) not in (dict, list):
            return part
    return annotation
