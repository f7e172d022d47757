"""What every part of the tree of settings is made of.

It does not know any setting.
"""

from __future__ import annotations

import typing
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

REFERENCE_PATTERN = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$"

Reference = Annotated[str, Field(pattern=REFERENCE_PATTERN)]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]


ProxyUrl = Annotated[
    str,
    Field(pattern=r"^(none|env:[A-Za-z_][A-Za-z0-9_]*|file:.+|https?://[^@/?#\s]+/?)$"),
]


class Section(BaseModel):
    """A part of the tree: closed, so that a misspelt field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        # Python's True is 1: `connect_s: true` would be a second
        if isinstance(value, bool) and _is_number(
            cls.model_fields[str(info.field_name)].annotation
        ):
            raise PydanticCustomError("number_type", "a number")
        return value


def _is_number(annotation: object) -> bool:
    kinds = typing.get_args(annotation) or (annotation,)
    return bool({int, float} & set(kinds)) and bool not in kinds
