r"""Reads a rule's regular expression: what it needs to be searched in a text that still grows.

It does not know policies or what happens to a match.

Two things follow from a pattern's source. The *probe* is the same expression as an atomic group
that then always fails: searched with `partial=True` it stops at the first place where the engine,
on its way to its first success, would have had to read beyond the text's end. Everything before
that place is decided, whatever comes. Assertions that look ahead without reading (`\b`, `$`) are
given a reading look-ahead in the probe. The *context* is how many characters to the left of a
search a look-behind may want to see.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import regex

MAX_CONTEXT_CHARS = 4096

_READS_ONE = r"(?=[\s\S]?)"
_READS_TWO = r"(?=(?:\n[\s\S]?|[\s\S])?)"  # `$` and `\Z` may stand before a last newline
_LOOKS_AHEAD = {**dict.fromkeys("bBmM", _READS_ONE), **dict.fromkeys("$Zz", _READS_TWO)}
_REFUSED_ESCAPES = {
    "G": "the search anchor \\G",
    "K": "\\K",
    "R": "\\R",
    "X": "graphemes (\\X)",
}
_REFUSED_FLAGS = {
    "b": "best match (?b)",
    "e": "enhanced match (?e)",
    "f": "full case-folding (?f)",
    "L": "the locale flag (?L)",
    "p": "POSIX matching (?p)",
    "r": "reverse search (?r)",
    "V": "a version flag (?V)",
    "w": "Unicode word breaks (?w)",
    "x": "verbose mode (?x)",
}
_SET = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]")
_NAME = re.compile(r"\\[pPN]\{[^}]*\}")
_BACK = re.compile(r"\\(?:[1-9]\d*|g<[^>]*>)|\(\?P=\w+\)")
_CONDITION = re.compile(r"\(\?\(\w+\)")
_TURN = re.compile(r"\((?:\?(?::|>|\||P?<\w+>|[a-zA-Z]*(?:-[a-zA-Z]+)?:))?(?!\?)")
_COUNT = re.compile(r"\{(\d*)(?:(,)(\d*))?\}")
_FUZZY = re.compile(r"\{[\deids+<=, ]*[eids][\deids+<=, ]*(?::[^}]*)?\}")
_FLAGS = re.compile(r"\(\?([a-zA-Z]*[01]?)(?:-[a-zA-Z]+)?[:)]")
_RECURSION = re.compile(r"\(\?(?:R|&|P>|\d|[+-]\d)")


class PatternError(ValueError):
    """The expression is malformed, or uses what cannot be searched in a stream."""


class Reading(NamedTuple):
    """What a pattern's source says about searching it in parts.

    Attributes:
        probe: source of the expression that finds the first undecided place.
        context_chars: characters that have to be kept before the place of a search.
    """

    probe: str
    context_chars: int


def read(source: str) -> Reading:
    """Reads a pattern of the `regex` package (its version 0 syntax).

    Raises:
        PatternError: with what is wrong and where.
    """
    try:
        compiled = regex.compile(source)
    except regex.error as error:
        raise PatternError(str(error)) from error
    if compiled.fullmatch("", timeout=1) is not None:
        raise PatternError("it matches the empty text, so it would match everywhere")
    scan = _Scan(source)
    scan.run()
    return Reading(f"(?>{''.join(scan.out)})(?!)", scan.context + 1)


class _Scan:
    """One pass over a pattern's source, token by token."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.out: list[str] = []
        self.at = 0
        self.context = 0
        self.depth = 0
        self.behind: list[tuple[int, int]] = []  # depth and start of each open look-behind

    def run(self) -> None:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "\\":
                self.escape()
            elif char == "[":
                self.take(_SET)
            elif char == "(":
                self.open_group()
            elif char == ")":
                self.close_group()
            elif char == "$":
                self.anchor("$")
            elif char == "{":
                self.brace()
            else:
                self.copy(char)

    def copy(self, token: str) -> None:
        self.out.append(token)
        self.at += len(token)

    def take(self, token: re.Pattern[str]) -> None:
        found = token.match(self.source, self.at)
        self.copy(found.group() if found else self.source[self.at])

    def anchor(self, token: str) -> None:
        # A look-behind is searched from its right end, so there the reading comes last in the text.
        reads = _LOOKS_AHEAD[token[-1]]
        self.out.append(f"(?:{reads}{token}{reads if self.behind else ''})")
        self.at += len(token)

    def escape(self) -> None:
        name = self.source[self.at + 1]
        if name in _REFUSED_ESCAPES:
            self.refuse(_REFUSED_ESCAPES[name])
        if name in _LOOKS_AHEAD:
            self.anchor(f"\\{name}")
        elif found := _BACK.match(self.source, self.at):
            self.back_reference(found.group())
        elif found := _NAME.match(self.source, self.at):
            self.copy(found.group())
        else:
            self.copy(f"\\{name}")

    def open_group(self) -> None:
        rest = self.source[self.at :]
        if rest.startswith("(?#"):
            self.at += rest.index(")") + 1
            return
        if found := _BACK.match(rest):
            self.back_reference(found.group())
            return
        if rest.startswith("(*"):
            self.refuse("backtracking verbs such as (*SKIP)")
        if _RECURSION.match(rest):
            self.refuse("recursion")
        flags = _FLAGS.match(rest)
        for flag in flags.group(1) if flags else "":
            if flag in _REFUSED_FLAGS:
                self.refuse(_REFUSED_FLAGS[flag])
        self.depth += 1
        if rest.startswith(("(?<=", "(?<!")):
            self.behind.append((self.depth, self.at))
        if condition := _CONDITION.match(rest):
            self.copy(condition.group())
            return
        turn = _TURN.match(rest)
        if turn and not self.behind:
            # A repeat that may already end takes "the next turn begins beyond the end" for "no next
            # turn", but only where turns begin with a plain character: so they begin with this.
            self.copy(turn.group())
            self.out.append(_READS_ONE)
        else:
            self.copy("(")

    def back_reference(self, token: str) -> None:
        self.out.append(f"(?:{_READS_ONE}{token})")
        self.at += len(token)

    def close_group(self) -> None:
        if self.behind and self.behind[-1][0] == self.depth:
            start = self.behind.pop()[1]
            self.context = max(self.context, self.widest(start))
        self.depth -= 1
        self.copy(")")

    def brace(self) -> None:
        if not _COUNT.match(self.source, self.at) and _FUZZY.match(self.source, self.at):
            self.refuse("approximate matching; write \\{ for a brace")
        self.take(_COUNT)

    def widest(self, start: int) -> int:
        """An upper bound of the characters that the look-behind starting there may read."""
        body = _BACK.sub("*", self.source[start + 4 : self.at])  # a back-reference has no bound
        body = re.sub(r"\\.", ".", _SET.sub(".", _NAME.sub(".", body)))
        if re.search(r"[*+]|\{\d*,\}", body):
            self.refuse("a look-behind without a greatest length", start)
        width = len(body)
        for count in _COUNT.finditer(body):
            width *= int(count.group(3) or count.group(1) or 1)
        if width > MAX_CONTEXT_CHARS:
            self.refuse(f"a look-behind of more than {MAX_CONTEXT_CHARS} characters", start)
        return width

    def refuse(self, what: str, at: int | None = None) -> None:
        where = self.at if at is None else at
        raise PatternError(f"{what} cannot be used in a guardrail (position {where})")
