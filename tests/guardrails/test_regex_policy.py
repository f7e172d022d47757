"""Policies over whole texts."""

from __future__ import annotations

import pytest

from vanguard.core.errors import ContentBlocked, GuardUnavailable, SettingsError
from vanguard.core.policy import Policy, Rule
from vanguard.guardrails.regex_policy import CompiledPolicy, Finding, check

CATASTROPHE = Rule(name="slow", pattern=r"(?=(a+))(a+)(a+)(a+)(a+)\1b")


def compiled(*rules: Rule, **fields: object) -> CompiledPolicy:
    timeout_s = float(fields.pop("timeout_s", 1.0))  # type: ignore[arg-type]
    return CompiledPolicy(Policy(name="p", rules=rules, **fields), timeout_s=timeout_s)  # type: ignore[arg-type]


def test_masks_and_reports_without_the_text() -> None:
    result = compiled(Rule(name="mail", pattern=r"\S+@\S+\.\w+")).check("to ann@example.com, now")
    assert result.text == "to [mail], now"
    assert result.findings == (Finding("p", "mail", "mask", 1),)


def test_text_without_a_match_is_the_same_object() -> None:
    text = "nothing to see"
    assert compiled(Rule(name="x", pattern="secret")).check(text).text is text


def test_each_rule_sees_what_the_one_before_left() -> None:
    policy = compiled(
        Rule(name="a", pattern="one", replacement="two"),
        Rule(name="b", pattern="two", replacement="three"),
    )
    assert policy.check("one two").text == "three three"


def test_policies_compose_in_order() -> None:
    first = compiled(Rule(name="a", pattern="one", replacement="two"))
    second = compiled(Rule(name="b", pattern="two", replacement="three"))
    assert check([first, second], "one").text == "three"
    assert check([second, first], "one").text == "two"
    assert check([], "one").text == "one"


def test_blocks() -> None:
    with pytest.raises(ContentBlocked, match="rule 'x'"):
        compiled(Rule(name="x", pattern="secret", action="block")).check("a secret")


def test_a_masked_text_no_longer_blocks() -> None:
    policy = compiled(
        Rule(name="a", pattern="secret"), Rule(name="b", pattern="secret", action="block")
    )
    assert policy.check("a secret").text == "a [a]"


def test_a_rule_that_cannot_run_refuses() -> None:
    with pytest.raises(GuardUnavailable, match="policy 'p', rule 'slow' took too long"):
        compiled(CATASTROPHE, timeout_s=0.02).check("a" * 200 + "b")


def test_a_rule_that_cannot_run_lets_pass_when_its_policy_says_so_and_the_others_still_run() -> (
    None
):
    policy = compiled(CATASTROPHE, Rule(name="x", pattern="ab$"), fail_open=True, timeout_s=0.02)
    result = policy.check("a" * 200 + "b")
    assert result.text == "a" * 199 + "[x]"
    assert result.failed_open == ("p",)


def test_a_bad_pattern_is_refused_at_once() -> None:
    with pytest.raises(SettingsError, match="rule 'x'"):
        compiled(Rule(name="x", pattern="a**"))
