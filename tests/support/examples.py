"""Finds the examples in the project's Markdown: fenced blocks and the mark that stands before each.

A block of bash or Python carries one of two marks on the line before its fence:

    <!-- run: REGEX -->          executed against a running platform; its output must match
    <!-- not run: REASON -->     left to the reader
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
GENERATED = {"docs/settings.md", "docs/cli.md"}

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>run|not run): (?P<text>.+?) -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Example:
    """One fenced block.

    Attributes:
        mark: `run`, `not run`, or empty.
        text: the pattern or the reason behind the mark.
    """

    page: str
    line: int
    language: str
    body: str
    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def find(text: str, page: str) -> list[Example]:
    """The fenced blocks of one page."""
    return [
        Example(
            page,
            text.count("\n", 0, match.start("body")),
            match["language"],
            match["body"],
            match["mark"] or "",
            match["text"] or "",
        )
        for match in _BLOCK.finditer(text)
    ]


def examples(*languages: str) -> list[Example]:
    """All blocks of these languages, page by page."""
    pages = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").rglob("*.md"))]
    found = []
    for path in pages:
        shown = str(path.relative_to(REPOSITORY))
        if shown not in GENERATED:
            found += find(path.read_text(encoding="utf-8"), shown)
    return [example for example in found if example.language in languages]
