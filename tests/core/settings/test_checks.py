from pathlib import Path

import pytest

from vanguard.core.errors import SettingsError
from vanguard.core.settings.checks import check_references
from vanguard.core.settings.load import load_settings

MODEL = "    deployments: [{provider: openai, model: x}]\n"


def refused(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "vanguard.yaml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "vanguard.yaml", {})
    return caught.value.message.splitlines()


def test_guardrails_must_exist(tmp_path: Path) -> None:
    text = (
        "default_guardrails: [mial]\nmodels:\n  m:\n    guardrails: [phone]\n" + MODEL
    ) + "guardrails:\n  mail:\n    rules: [{name: a, pattern: b}]\n"
    assert refused(tmp_path, text) == [
        (
            "vanguard.yaml:1: default_guardrails[0]: no guardrail is called 'mial';"
            " did you mean 'mail'?"
        ),
        "vanguard.yaml:4: models.m.guardrails[0]: no guardrail is called 'phone'",
    ]


def test_a_name_leads_to_one_model(tmp_path: Path) -> None:
    text = (
        f"models:\n  a:\n    aliases: [x, b]\n{MODEL}  b:\n{MODEL}"
        f"  c:\n    aliases:\n      - x\n{MODEL}"
    )
    assert refused(tmp_path, text) == [
        "vanguard.yaml:3: models.a.aliases[1]: 'b' is the name of a model already",
        "vanguard.yaml:9: models.c.aliases[0]: 'x' is an alias of a already",
    ]


def test_references_are_checked_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VG_NOT_SET", raising=False)
    monkeypatch.setenv("VG_SET", "x")
    (tmp_path / "vanguard.yaml").write_text(
        "admin:\n  key: env:VG_NOT_SET\nstore:\n  url: file:/no/such\nmodels:\n  m:\n"
        "    deployments:\n"
        "      - {provider: a, model: x, api_key: 'env:VG_SET'}\n"
        "      - {provider: a, model: x, api_key: 'env:VG_NOT_SET'}\n"
    )
    loaded = load_settings(tmp_path / "vanguard.yaml", {})
    with pytest.raises(SettingsError) as caught:
        check_references(loaded)
    lines = caught.value.message.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "vanguard.yaml:9",
        "vanguard.yaml:4",
        "vanguard.yaml:2",
    ]
    monkeypatch.setenv("VG_NOT_SET", "long enough")
    (tmp_path / "vanguard.yaml").write_text("admin:\n  key: env:VG_NOT_SET\n")
    check_references(load_settings(tmp_path / "vanguard.yaml", {}))
