"""What a stage is, and by what its results are known.

A stage is a dataclass whose fields are its settings. It does not know its neighbours, nor where it runs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from vanguard.flow.blob import hash_of
from vanguard.flow.ports import Blobs


class Made(msgspec.Struct, frozen=True):
    """One result of a stage.

    Attributes:
        value: an msgspec struct, which the next stage takes.
        label: what to add to the name of what it was made of, such as `#3`; for people alone.
    """

    value: msgspec.Struct
    label: str = ""


Taken = TypeVar("Taken", bound=msgspec.Struct)


class Stage(Protocol[Taken]):
    """One step of a recipe. What is not a setting stands on the class, as `ClassVar`."""

    @property
    def name(self) -> str:
        """Stable and unique, such as `documents.read_page`."""
        ...

    @property
    def version(self) -> int:
        """Raised when the same settings give other results."""
        ...

    @property
    def takes(self) -> type[Taken]:
        """The type of the values that it works on."""
        ...

    @property
    def whole(self) -> bool:
        """Its answer depends on all items at once; it is then given all of them, else one."""
        ...

    def process(self, values: Sequence[Taken], blobs: Blobs) -> Iterable[Made]:
        """What is made of the values: exactly one, but of a stage that takes the whole.

        Raises:
            VanguardError: nothing can be made of this; its message goes to people. `retryable` says
                whether another run should try again.
        """
        ...


def fingerprint(stage: Stage[Any]) -> str:
    """Hash of everything that a stage's results depend on, but for what it is given.

    Raises:
        TypeError: it is no dataclass, or a setting cannot be written as JSON.
    """
    fields = {field.name: getattr(stage, field.name) for field in _fields(stage)}
    settings = msgspec.json.encode(fields, order="sorted")
    return hash_of((stage.name.encode(), str(stage.version).encode(), settings))


def _fields(stage: object) -> tuple[dataclasses.Field[Any], ...]:
    if not dataclasses.is_dataclass(stage):
        raise TypeError(f"stage {stage!r} is not a dataclass")
    return dataclasses.fields(stage)
