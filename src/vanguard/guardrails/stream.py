"""Masks a text that arrives in pieces, letting go of all that no later piece can change.

It does not know events or dialects: one instance sees one run of text.
"""

from __future__ import annotations

from collections.abc import Iterable

from vanguard.guardrails.regex_policy import CompiledPolicy, Finding, unavailable
from vanguard.guardrails.rule import CompiledRule

HOLD_CHARS = 4096


class StreamMask:
    """The policies of one text channel, in order.

    Whatever the pieces, the concatenated output is what `regex_policy.check` makes of the whole
    text, and nothing of a blocked match ever gets out. Text is held back only from the first place
    where a match could still begin or grow.
    """

    def __init__(self, policies: Iterable[CompiledPolicy], *, hold_chars: int = HOLD_CHARS) -> None:
        """Begins a channel.

        Args:
            policies: each sees what the one before let go.
            hold_chars: the most that one rule may hold back; beyond, it counts as unable to run.
        """
        self._stages = [
            _Stage(policy, rule, hold_chars) for policy in policies for rule in policy.rules
        ]

    def feed(self, text: str) -> str:
        """Takes the next piece; returns what may be shown now, often the same object.

        Raises:
            ContentBlocked: a blocking rule matched; what it matched stays inside.
            GuardUnavailable: a rule took too long, or held back too much, and fails closed.
        """
        for stage in self._stages:
            if not text:
                break
            text = stage.feed(text, final=False)
        return text

    def finish(self) -> str:
        """Ends the text; returns what was still held back.

        Raises:
            ContentBlocked, GuardUnavailable: as `feed`.
        """
        text = ""
        for stage in self._stages:
            text = stage.feed(text, final=True)
        return text

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What has matched so far."""
        return tuple(
            Finding(stage.policy.name, stage.rule.name, stage.rule.action, stage.matches)
            for stage in self._stages
            if stage.matches
        )

    @property
    def failed_open(self) -> tuple[str, ...]:
        """Names of policies of which a rule could not run and let the rest of the text pass."""
        return tuple(dict.fromkeys(stage.policy.name for stage in self._stages if stage.failed))


class _Stage:
    """One rule within one channel."""

    def __init__(self, policy: CompiledPolicy, rule: CompiledRule, hold_chars: int) -> None:
        self.policy = policy
        self.rule = rule
        self.hold_chars = hold_chars
        self.matches = 0
        self.failed = False
        self.buffer = ""  # context already let go, then what is held back
        self.at = 0  # where the held-back part begins

    def feed(self, text: str, *, final: bool) -> str:
        if self.failed:
            return text
        buffer = self.buffer + text
        try:
            sweep = self.rule.sweep(buffer, self.at, final=final, timeout_s=self.policy.timeout_s)
        except TimeoutError as error:
            return self.give_up(buffer[self.at :], "took too long", error)
        self.matches += sweep.matches
        if len(buffer) - sweep.upto > self.hold_chars:
            rest = self.give_up(buffer[sweep.upto :], f"held back {self.hold_chars} characters")
            return sweep.text + rest
        same = not sweep.matches and not final and self.at == len(self.buffer)
        whole = same and sweep.upto == len(buffer)
        keep = max(0, sweep.upto - self.rule.context_chars)
        self.buffer = buffer[keep:]
        self.at = sweep.upto - keep
        return text if whole else sweep.text

    def give_up(self, held: str, why: str, cause: BaseException | None = None) -> str:
        if not self.policy.fail_open:
            raise unavailable(self.rule, why) from cause
        self.failed = True
        return held
