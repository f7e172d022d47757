"""Cuts a model's answer into prose and fenced code, while it is still growing.

It does not know how a block is drawn. It makes no HTML: every block is plain text.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^`\n]*)$")


class Block(msgspec.Struct, frozen=True):
    """A run of prose, or the inside of a code fence with its language (may be empty)."""

    kind: Literal["prose", "code"]
    text: str
    language: str = ""


def blocks(text: str) -> list[Block]:
    """The blocks of a text in order; a fence that is still open runs to the end.

    A block never changes its kind while text is added behind it, so that a page may redraw only the
    last one. (An unfinished last line may turn out to be a fence; it then moves to the next block.)
    """
    found: list[Block] = []
    lines: list[str] = []
    fence = language = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line.rstrip("\r"))
        if mark is None or not _turns(fence, mark):
            lines.append(line)
            continue
        _close(found, lines, language, code=bool(fence))
        fence, language = ("", "") if fence else (mark[1], mark[2].strip().split(" ")[0])
        lines = []
    _close(found, lines, language, code=bool(fence))
    return found


def _turns(fence: str, mark: re.Match[str]) -> bool:
    """Whether a line that looks like a fence opens one, or closes the one that is open."""
    return not fence or (mark[1].startswith(fence) and not mark[2].strip())


def _close(found: list[Block], lines: list[str], language: str, *, code: bool) -> None:
    if code:
        found.append(Block("code", "\n".join(lines), language))
        return
    prose = "\n".join(lines).strip("\n")
    if prose.strip():
        found.append(Block("prose", prose))
