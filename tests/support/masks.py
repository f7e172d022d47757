"""Real guardrails for tests of what masks text in place."""

from __future__ import annotations

from vanguard.core.policy import Policy, Rule
from vanguard.dialects.text.contract import Channel
from vanguard.guardrails.regex_policy import CompiledPolicy, check
from vanguard.guardrails.stream import StreamMask

PATIENT_S = 60.0  # what patterns find is tested, on machines that do other things too


class Guard:
    """Rules over one text or over the pieces of one."""

    def __init__(self, *rules: Rule) -> None:
        self.policies = [CompiledPolicy(Policy(name="p", rules=rules), timeout_s=PATIENT_S)]

    def __call__(self, text: str) -> str:
        return check(self.policies, text).text

    def channel(self) -> Channel:
        return StreamMask(self.policies)


NEVER = Guard(Rule(name="never", pattern="\ue000"))
SECRETS = Guard(
    Rule(name="secret", pattern="secret", replacement='"\\hush"'),
    Rule(name="digits", pattern=r"\b\d{4,}\b"),
    Rule(name="mail", pattern=r"\w+@\w+\.com"),
)
BLOCKING = Guard(Rule(name="forbidden", pattern="forbidden", action="block"))
