"""The facts themselves, and the file that holds them: one JSON object a line.

It does not know whether they hold. The idea is that of olmOCR-bench (arXiv 2502.18443, 2025-02-25):
small statements that a machine can check without a whole truth. What is said about cells is said in
reading order, `previous` and `next`, because 'left' means another thing in an Arabic table.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from vanguard.core.errors import InvalidRequest
from vanguard.documents.evaluate.sources.files import MAX_FILE_BYTES, WHOLE

MAX_TEXT_CHARS = 2_000
MAX_FACTS_BYTES = 16 * MAX_FILE_BYTES
KINDS = ("present", "absent", "order", "cell", "number", "baseline")


class _Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """What all facts have.

    Attributes:
        id: names the fact.
        document: stem of the file that it is about.
        page: from 1; 0 for the whole file.
        max_diffs: characters that may differ; less than half of any text of the fact.
    """

    id: str
    document: str
    page: int = WHOLE
    max_diffs: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """What is looked for; each is there."""
        return ()

    def __post_init__(self) -> None:
        if self.max_diffs < 0 or self.page < 0:
            raise ValueError("max_diffs and page are not negative")
        for text in self.texts:
            if not text.strip() or len(text) > MAX_TEXT_CHARS:
                raise ValueError(f"a text has 1 to {MAX_TEXT_CHARS} characters")
            if self.max_diffs * 2 >= len(text.strip()) and self.max_diffs:
                raise ValueError(f"max_diffs of {self.max_diffs} is half of {text!r} or more")


class Present(_Fact, frozen=True, kw_only=True, tag="present"):
    """The text is there."""

    text: str

    @property
    def texts(self) -> tuple[str, ...]:
        """See `_Fact`."""
        return (self.text,)


class Absent(_Fact, frozen=True, kw_only=True, tag="absent"):
    """The text is not there, not even nearly; on a page of which nothing was read this is false."""

    text: str

    @property
    def texts(self) -> tuple[str, ...]:
        """See `_Fact`."""
        return (self.text,)


class Order(_Fact, frozen=True, kw_only=True, tag="order"):
    """Both texts are there, and one of the first stands before one of the second."""

    before: str
    after: str

    @property
    def texts(self) -> tuple[str, ...]:
        """See `_Fact`."""
        return (self.before, self.after)


class Cell(_Fact, frozen=True, kw_only=True, tag="cell"):
    """A table has this cell with these neighbours; those that are empty are not asked for."""

    cell: str
    above: str = ""
    below: str = ""
    previous: str = ""
    next: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """See `_Fact`."""
        return tuple(filter(None, (self.cell, self.above, self.below, self.previous, self.next)))


class Number(_Fact, frozen=True, kw_only=True, tag="number"):
    """The number stands there at least `count` times, digit for digit; `max_diffs` has no say."""

    number: str
    count: int = 1

    @property
    def texts(self) -> tuple[str, ...]:
        """See `_Fact`."""
        return (self.number,)


class Baseline(_Fact, frozen=True, kw_only=True, tag="baseline"):
    """Something was read, nothing repeats without end, and no script came in from outside.

    Attributes:
        max_repeats: how often the same words may follow one another.
        max_chars: of the whole page; 0 for no limit.
    """

    max_repeats: int = 10
    max_chars: int = 0


Fact = Present | Absent | Order | Cell | Number | Baseline


def kind(fact: Fact) -> str:
    """The name of its type, as in the file."""
    return str(type(fact).__struct_config__.tag)


def load(path: Path) -> list[Fact]:
    """The facts of a file.

    Raises:
        InvalidRequest: it cannot be read, or a line is no fact; the message names file and line.
    """
    try:
        if path.stat().st_size > MAX_FACTS_BYTES:
            raise InvalidRequest(f"{path}: more than {MAX_FACTS_BYTES:,} bytes")
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InvalidRequest(f"{path}: {error.strerror or error}") from error
    decoder = msgspec.json.Decoder(Fact)
    found: list[Fact] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InvalidRequest(f"{path}:{number}: no fact: {error}") from error
    if not found:
        raise InvalidRequest(f"{path}: there is no fact in it")
    return found


def dumps(facts: list[Fact] | tuple[Fact, ...]) -> bytes:
    """The lines of a file of facts."""
    return b"".join(msgspec.json.encode(fact) + b"\n" for fact in facts)
