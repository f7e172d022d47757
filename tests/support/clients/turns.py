"""What a scripted model says in one turn, and what it was asked, whatever the dialect of the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class Say:
    """Text."""

    text: str


@dataclass(frozen=True)
class Think:
    """Thinking with its signature; dialects without thinking leave it out."""

    text: str
    signature: str


@dataclass(frozen=True)
class Call:
    """One tool call."""

    name: str
    arguments: dict


@dataclass(frozen=True)
class Refuse:
    """An error of the provider instead of an answer."""

    status: int
    kind: str
    message: str
    headers: tuple[tuple[str, str], ...] = ()


Turn = tuple[Say | Think | Call, ...] | Refuse


@dataclass(frozen=True)
class Asked:
    """A request as it arrived: `headers` by lower-case name, `body` byte for byte."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass(frozen=True)
class Question:
    """A request for a turn, as far as a script needs it.

    Attributes:
        text: all that the user side said in plain text, tool results left out.
        system: the system prompt.
        results: the texts of all tool results so far, in order.
        failed: how many of them were errors, where the dialect tells.
        tools: the names of the tools offered.
        thinking: the signatures of thinking that the client sent back.
    """

    model: str
    text: str
    system: str
    results: tuple[str, ...]
    tools: tuple[str, ...]
    failed: int = 0
    thinking: tuple[str, ...] = ()
    raw: dict = field(default_factory=dict, compare=False)


Play = Callable[[Question], Turn]


@dataclass(frozen=True)
class Counted:
    """Tokens of one request as this double counts them: four bytes each."""

    fresh: int
    read: int
    written: int


class PromptCache:
    """A provider's prompt cache: an exact prefix of earlier blocks is read, never half of one.

    It is strict on purpose: whoever reorders, drops or rewrites a block between two turns loses
    the reads, and the test sees it.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()

    def count(self, blocks: list[tuple[str, bool]]) -> Counted:
        """Looks a prompt up and remembers it; each block says whether a prefix may end behind it."""
        read = written = at = 0
        digest = sha256()
        marks = []
        for text, marked in blocks:
            at += len(text)
            digest.update(text.encode() + b"\0")
            so_far = digest.hexdigest()
            if so_far in self._known:
                read = at
            if marked:
                written = at
                marks.append(so_far)
        self._known.update(marks)
        written = max(written, read)
        return Counted((at - written) // 4 + 1, read // 4, (written - read) // 4)


def texts(content: object) -> Iterator[str]:
    """The plain texts of a message's content, in either dialect."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for block in content:
            if isinstance(block, dict) and block.get("type") == "text":
                yield block["text"]


def steps(*turns: Turn) -> Play:
    """A script that goes on with each tool result, and stays at its last turn."""
    return lambda question: turns[min(len(question.results), len(turns) - 1)]


def by_prompt(scripts: dict[str, Play]) -> Play:
    """The script whose word the user side has said; of several, the last in the table."""

    def play(question: Question) -> Turn:
        found = [script for word, script in scripts.items() if word in question.text]
        if not found:
            raise LookupError(f"no script for: {question.text[-200:]!r}")
        return found[-1](question)

    return play
