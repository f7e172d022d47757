"""Shapes at the API's border."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vanguard.control.api.schemas import KeyIn, engine_out, moment, moment_or_none
from vanguard.control.engine_state import EngineModelState, EngineState


def test_times_are_utc_to_the_millisecond() -> None:
    assert moment(1_767_225_600_123).isoformat() == "2026-01-01T00:00:00.123000+00:00"
    assert moment_or_none(None) is None
    assert moment_or_none(0) == moment(0)


@given(micros=st.integers(0, 10**15))
def test_a_budget_is_exact_whether_text_or_number(micros: int) -> None:
    text = str(Decimal(micros) / 1_000_000)
    body = KeyIn.model_validate_json(f'{{"name": "x", "budget_usd": "{text}"}}')
    assert body.budget_usd is not None
    assert int(body.budget_usd * 1_000_000) == micros
    if micros < 10**9:
        number = KeyIn.model_validate_json(f'{{"name": "x", "budget_usd": {micros / 1_000_000}}}')
        assert number.budget_usd == body.budget_usd


@pytest.mark.parametrize(
    "field",
    [
        {"tags": {"a b": "x"}},
        {"tags": {"a": "x" * 257}},
        {"tags": {"a": "x\0y"}},
        {"tags": {"a": "two\nlines"}},
        {"tags": {"a\0": "x"}},
        {"name": "x\0y"},
        {"organisation": "x\x7f"},
        {"team": "x\ty"},
        {"user": "x\x85y"},
        {"models": ["x\0"]},
        {"guardrails": ["x\0"]},
        {"tags": {f"t{number}": "" for number in range(33)}},
        {"models": [""]},
        {"expires_in_days": 0},
        {"expires_in_days": "NaN"},
        {"expires_in_days": float("nan")},
        {"expires_in_days": float("inf")},
        {"team": " "},
        {"budget_usd": "Infinity"},
        {"concurrent_requests": 2**40},
    ],
)
def test_what_no_key_may_have(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KeyIn.model_validate({"name": "x"} | field)


def test_the_engines_sockets_are_not_shown() -> None:
    model = EngineModelState("m", "/run/secret.sock", 512, "ab", ready=True)
    shown = engine_out(EngineState("ready", chat=model))
    assert "secret" not in shown.model_dump_json()
    assert shown.chat is not None
    assert shown.chat.ready
    assert shown.embeddings is None
