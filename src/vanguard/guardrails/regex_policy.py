"""Compiles a policy of regular expressions and checks whole texts with it.

It does not know requests, replies or streams, nor when a policy applies.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vanguard.core.errors import GuardUnavailable
from vanguard.core.policy import Action, Policy
from vanguard.guardrails.rule import CompiledRule

TIMEOUT_S = 0.25


class Finding(msgspec.Struct, frozen=True):
    """That a rule matched; never what it matched."""

    policy: str
    rule: str
    action: Action
    matches: int


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is left of a text after its guardrails.

    Attributes:
        text: the very object that was given when nothing matched.
        failed_open: names of policies that could not run and let the text pass, as they ask.
    """

    text: str
    findings: tuple[Finding, ...] = ()
    failed_open: tuple[str, ...] = ()


class CompiledPolicy:
    """One policy, ready to check any number of texts."""

    def __init__(self, policy: Policy, *, timeout_s: float = TIMEOUT_S) -> None:
        """Compiles the rules.

        Args:
            policy: its rules apply in order, each to what the one before left.
            timeout_s: for each rule and text, seconds.

        Raises:
            SettingsError: a pattern is malformed; names policy, rule and place.
        """
        self.name = policy.name
        self.on_input = policy.on_input
        self.on_output = policy.on_output
        self.fail_open = policy.fail_open
        self.timeout_s = timeout_s
        self.rules = tuple(CompiledRule(policy.name, rule) for rule in policy.rules)

    def check(self, text: str) -> Result:
        """Masks a text.

        Raises:
            ContentBlocked: a blocking rule matched; names policy and rule, never the text.
            GuardUnavailable: a rule took too long and the policy fails closed.
        """
        findings: list[Finding] = []
        failed: tuple[str, ...] = ()
        for rule in self.rules:
            try:
                sweep = rule.sweep(text, 0, final=True, timeout_s=self.timeout_s)
            except TimeoutError as error:
                if not self.fail_open:
                    raise unavailable(rule, "took too long") from error
                failed = (self.name,)
                continue
            if sweep.matches:
                text = sweep.text
                findings.append(Finding(self.name, rule.name, rule.action, sweep.matches))
        return Result(text, tuple(findings), failed)


def check(policies: Iterable[CompiledPolicy], text: str) -> Result:
    """Masks a text with several policies, in order, each seeing what the one before left.

    Raises:
        ContentBlocked, GuardUnavailable: see `CompiledPolicy.check`.
    """
    findings: tuple[Finding, ...] = ()
    failed: tuple[str, ...] = ()
    for policy in policies:
        result = policy.check(text)
        text = result.text
        findings += result.findings
        failed += result.failed_open
    return Result(text, findings, failed)


def unavailable(rule: CompiledRule, why: str) -> GuardUnavailable:
    """The error of a rule that could not run."""
    return GuardUnavailable(
        f"guardrail policy '{rule.policy}', rule '{rule.name}' {why};"
        " simplify its pattern or set fail_open"
    )
