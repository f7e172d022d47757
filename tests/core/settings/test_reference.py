import re
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel

from vanguard.core.settings.load import load_settings
from vanguard.core.settings.names import leaves
from vanguard.core.settings.reference import PAGE, SAMPLE, main, page, sample
from vanguard.core.settings.sections.base import Section
from vanguard.core.settings.tree import Settings

DOCS = Path(__file__).parents[3] / "docs"


def every_section() -> list[type[BaseModel]]:
    return Section.__subclasses__()


def test_the_kept_texts_agree_with_the_tree() -> None:
    assert main(["--check", str(DOCS)]) == 0


def test_drift_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", str(tmp_path)]) == 1
    assert main(["--write", str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    (tmp_path / PAGE).write_text(page().replace("8080", "8081"))
    capsys.readouterr()
    assert main(["--check", str(tmp_path)]) == 1
    assert f"{tmp_path / PAGE} differs from the settings tree" in capsys.readouterr().err
    assert main([]) == 2


def test_every_field_of_every_section_is_on_the_page_and_has_prose() -> None:
    text = page()
    for section in every_section():
        for name, field in section.model_fields.items():
            if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
                continue
            assert field.description, f"{section.__name__}.{name}"
            assert re.search(rf"\| `([a-z]+\.)?{name}` \|.*{re.escape(field.description)}", text)
    for leaf in leaves().values():
        assert f"`{leaf.variable}`" in text


def test_the_sample_as_it_stands_and_fully_switched_on_loads(tmp_path: Path) -> None:
    file = tmp_path / SAMPLE
    file.write_text(sample())
    assert load_settings(file, {}).settings == Settings()
    file.write_text(re.sub(r"(?m)^#", "", sample()))
    switched_on = load_settings(file, {}).settings
    assert set(switched_on.models) == {"sonnet"}
    without = switched_on.model_copy(
        update={"models": {}, "guardrails": {}, "default_guardrails": []}
    )
    assert without == Settings()


def test_every_single_value_is_in_the_sample() -> None:
    for name in typing.cast("list[str]", list(leaves())):
        assert re.search(rf"(?m)^# *{name.split('.')[-1]}:", sample())
