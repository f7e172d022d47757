"""One rule over one text."""

from __future__ import annotations

import pytest

from vanguard.core.errors import ContentBlocked, SettingsError
from vanguard.core.policy import Rule
from vanguard.guardrails.rule import CompiledRule


def rule(pattern: str, **fields: str) -> CompiledRule:
    return CompiledRule("p", Rule(name="r", pattern=pattern, **fields))


def test_replaces_every_match_and_says_how_many() -> None:
    sweep = rule(r"\d+", replacement="N").sweep("1 and 22", 0, final=True, timeout_s=1)
    assert sweep == ("N and N", 8, 2)


def test_the_replacement_is_literal() -> None:
    assert rule("(a)", replacement=r"\1$1").sweep("a", 0, final=True, timeout_s=1).text == r"\1$1"


def test_the_name_is_the_default_replacement() -> None:
    assert rule("a").sweep("ba", 0, final=True, timeout_s=1).text == "b[r]"


def test_stops_where_more_text_could_matter() -> None:
    assert rule("abc").sweep("xab", 0, final=False, timeout_s=1) == ("x", 1, 0)
    assert rule(r"\d+").sweep("1 22", 0, final=False, timeout_s=1) == ("[r] ", 2, 1)


def test_looks_behind_the_place_of_the_search_but_does_not_return_it() -> None:
    assert rule("(?<=a)b").sweep("ab", 1, final=True, timeout_s=1) == ("[r]", 2, 1)


def test_a_look_around_alone_replaces_nothing_but_can_block() -> None:
    assert rule("(?=b)").sweep("abb", 0, final=True, timeout_s=1) == ("abb", 3, 0)
    with pytest.raises(ContentBlocked):
        rule("(?=b)", action="block").sweep("abb", 0, final=True, timeout_s=1)


def test_blocking_names_policy_and_rule_but_never_the_text() -> None:
    with pytest.raises(ContentBlocked, match="policy 'p', rule 'r'") as caught:
        rule("hunter2", action="block").sweep("it is hunter2", 0, final=True, timeout_s=1)
    assert "hunter2" not in str(caught.value)


def test_a_catastrophic_pattern_runs_out_of_time() -> None:
    with pytest.raises(TimeoutError):
        rule(r"(?=(a+))(a+)(a+)(a+)(a+)\1b").sweep("a" * 200 + "b", 0, final=True, timeout_s=0.02)


def test_a_bad_pattern_is_a_settings_error_that_names_the_place() -> None:
    with pytest.raises(
        SettingsError, match=r"policy 'p', rule 'r': bad pattern: missing \) at position 2"
    ):
        rule("a(")
