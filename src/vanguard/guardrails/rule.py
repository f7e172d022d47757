"""Searches one rule in a text that may still grow, and replaces or refuses what it finds.

It does not know how rules form policies, nor what happens when one of them cannot run.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import regex

from vanguard.core.errors import ContentBlocked, SettingsError
from vanguard.core.policy import Rule
from vanguard.guardrails.pattern import PatternError, read


class Sweep(NamedTuple):
    """What one pass over a text decided.

    Attributes:
        text: the decided part, matches replaced.
        upto: position in the searched text where the undecided part begins.
        matches: how many were replaced.
    """

    text: str
    upto: int
    matches: int


class CompiledRule:
    """One rule, ready to search. Holds no state of any text."""

    def __init__(self, policy: str, rule: Rule) -> None:
        """Compiles a rule.

        Raises:
            SettingsError: the pattern is malformed or cannot be searched in a stream.
        """
        try:
            reading = read(rule.pattern)
            self._pattern = regex.compile(rule.pattern)
            self._probe = regex.compile(reading.probe)
        except (PatternError, regex.error) as error:
            raise SettingsError(
                f"guardrail policy '{policy}', rule '{rule.name}': bad pattern: {error}",
                param=f"guardrails.{policy}",
            ) from error
        self.policy = policy
        self.name = rule.name
        self.action = rule.action
        self.context_chars = reading.context_chars
        self._replacement = rule.replacement or f"[{rule.name}]"

    def sweep(self, text: str, at: int, *, final: bool, timeout_s: float) -> Sweep:
        """Searches `text` from `at` on; what lies before serves look-behinds alone.

        Args:
            text: the context and what has not been decided yet.
            at: position where the undecided part begins.
            final: nothing comes after; otherwise the search stops where more could matter.
            timeout_s: for the whole pass, seconds.

        Raises:
            ContentBlocked: the rule blocks and matched.
            TimeoutError: the pattern took too long.
        """
        deadline = time.monotonic() + timeout_s
        out: list[str] = []
        matches = 0
        stop = len(text)
        undecided = -1
        while at <= stop:
            left_s = max(1e-6, deadline - time.monotonic())
            match = self._pattern.search(text, at, timeout=left_s)
            if not final and undecided < at:
                undecided = self._first_undecided(text, at, left_s)
            if not final and (match is None or undecided <= match.start()):
                stop = undecided
                break
            if match is None:
                break
            if self.action == "block":
                raise self._blocked()
            start, end = match.span()
            if start == end:  # a look-around alone: nothing to replace, go on behind it
                out.append(text[at : start + 1])
                at = start + 1
                continue
            out += (text[at:start], self._replacement)
            matches += 1
            at = end
        out.append(text[at:stop])
        return Sweep("".join(out), stop, matches)

    def _first_undecided(self, text: str, at: int, timeout_s: float) -> int:
        probe = self._probe.search(text, at, partial=True, timeout=timeout_s)
        return len(text) if probe is None else probe.start()

    def _blocked(self) -> ContentBlocked:
        return ContentBlocked(
            f"blocked by guardrail policy '{self.policy}', rule '{self.name}';"
            " change the text or ask the operator about the policy"
        )
