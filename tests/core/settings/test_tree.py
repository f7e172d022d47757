import re

import pytest
from pydantic import ValidationError

from vanguard.core.settings.sections.base import Section
from vanguard.core.settings.tree import Settings


def test_defaults_are_valid_and_say_their_unit() -> None:
    assert Settings.model_validate(Settings().model_dump()) == Settings()
    for section in Section.__subclasses__():
        for name, field in section.model_fields.items():
            if re.search(r"_(s|hours|days|mb|tokens)$", name):
                assert re.search(
                    r"second|hour|day|MiB|token|length", field.description or "", re.IGNORECASE
                ), name


def test_a_section_is_closed_and_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"prot": 1})
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", ["input", "output", "cache_read", "cache_write_1h", "request"])
def test_a_price_is_bounded(name: str) -> None:
    price = {"input": 1, name: 1_000_000}
    deployment = {"provider": "openai", "model": "x", "price": price}
    Settings.model_validate({"models": {"m": {"deployments": [deployment]}}})
    price[name] = 1_000_001
    with pytest.raises(ValidationError):
        Settings.model_validate({"models": {"m": {"deployments": [deployment]}}})
