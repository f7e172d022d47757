"""Where the text of an answer comes from, as the families of APIs tell it: spans, and pieces of text.

It does not know any wire. OpenAI and Google say for which characters of the answer a source stands;
Anthropic and Converse cut the answer into pieces, each with its sources.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from vanguard.dialects.conversation import Cited, Source

# the name of the loss, where a client's API has no place for a source
LOST = "citations"


class Spans:
    """Follows the answer's text, so that a piece's sources can be told by characters.

    Attributes:
        said: characters of the answer's text so far.
    """

    __slots__ = ("_begin", "said")

    def __init__(self) -> None:
        self.said = 0
        self._begin = 0

    def begin(self) -> None:
        """Another piece of text begins here."""
        self._begin = self.said

    def of(self, cited: Cited) -> tuple[int, int]:
        """The first character for which a source stands, and the one after the last."""
        if cited.start < 0:
            return self._begin, self.said
        return cited.start, max(cited.start, min(cited.end, self.said))


def placed(cited: Iterable[Cited]) -> Callable[[int, int], list[Cited]]:
    """Says which sources begin at or after a character and before another, in the order of `cited`."""
    ordered = sorted(enumerate(cited), key=lambda one: one[1].start)
    starts = [one.start for _, one in ordered]

    def between(begin: int, end: int) -> list[Cited]:
        found = ordered[bisect_left(starts, begin) : bisect_left(starts, end)]
        return [one for _, one in sorted(found, key=lambda one: one[0])]

    return between


def pieces(text: str, begin: int, cited: Iterable[Cited]) -> list[tuple[str, tuple[Source, ...]]]:
    """A text cut into pieces, each with the sources that stand for it.

    Args:
        text: a piece of the answer.
        begin: how many characters of the answer came before it.
        cited: with spans in characters of the answer, or without; the latter stand for the whole text,
            and so does one whose span is not within it.

    Returns:
        The pieces, which together are the text. Spans that overlap are one.
    """
    spans: list[tuple[int, int, list[Source]]] = []
    within = sorted(
        ((*_within(one, begin, len(text)), one.source) for one in cited), key=lambda one: one[:2]
    )
    for start, end, source in within:
        if spans and start < spans[-1][1]:
            before = spans[-1]
            before[2].append(source)
            spans[-1] = before[0], max(before[1], end), before[2]
        else:
            spans.append((start, end, [source]))
    found: list[tuple[str, tuple[Source, ...]]] = []
    at = 0
    for start, end, sources in spans:
        if start > at:
            found.append((text[at:start], ()))
        found.append((text[start:end], tuple(sources)))
        at = end
    if at < len(text) or not found:
        found.append((text[at:], ()))
    return found


def _within(cited: Cited, begin: int, size: int) -> tuple[int, int]:
    start, end = cited.start - begin, cited.end - begin
    return (start, end) if 0 <= start < end <= size else (0, size)
