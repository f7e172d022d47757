"""Names of settings: dotted paths, the environment variables and flags made from them, near words.

It does not know any value.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vanguard.core.settings.tree import Settings

PREFIX = "VANGUARD_"

# Read by the client, the command line and the loader; no fields of the tree.
OTHER_VARIABLES: Mapping[str, str] = {
    "VANGUARD_CONFIG": "The settings file; `vanguard.yaml` in the working folder when not set.",
    "VANGUARD_URL": "Where the Python client and the command line find the gateway.",
    "VANGUARD_API_KEY": "The key that the Python client and the command line call models with.",
    "VANGUARD_DEBUG": "`1` shows Python's traceback when a command fails.",
}


@dataclass(frozen=True)
class Leaf:
    """A setting that is one value, so that a variable or a flag can hold it."""

    dotted: str
    field: FieldInfo

    @property
    def variable(self) -> str:
        """Its environment variable, such as `VANGUARD_ENGINE_MODEL`."""
        return PREFIX + self.dotted.replace(".", "_").upper()

    @property
    def flag(self) -> str:
        """Its flag, such as `--engine-model`."""
        return "--" + self.dotted.replace(".", "-").replace("_", "-")


@cache
def leaves() -> Mapping[str, Leaf]:
    """Every setting that is one value, by its dotted name, in the order of the tree."""
    return {leaf.dotted: leaf for leaf in _walk(Settings, "")}


@cache
def variables() -> Mapping[str, Leaf]:
    """The same, by environment variable."""
    return {leaf.variable: leaf for leaf in leaves().values()}


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word most like `word`, or None when none is near."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(word: str, words: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing."""
    near = nearest(word, words)
    return f"; did you mean '{near}'?" if near else ""


def dotted(path: Iterable[str | int]) -> str:
    """`models.sonnet.deployments[0].provider` of the steps to it."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def section_of(annotation: object) -> type[BaseModel] | None:
    """The section that an annotation is, or None for a value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _walk(section: type[BaseModel], prefix: str) -> Iterable[Leaf]:
    for name, field in section.model_fields.items():
        inner = section_of(field.annotation)
        if inner is not None:
            yield from _walk(inner, f"{prefix}{name}.")
        elif typing.get_origin(field.annotation) not in (dict, list):
            yield Leaf(f"{prefix}{name}", field)
