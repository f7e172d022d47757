"""The process that reads the text layers of one file for its parent: hostile files hang or crash it alone.

It does not know what is done with what it finds. It is asked and answers on its standard streams, each
message a length in four bytes and MessagePack.
"""

from __future__ import annotations

import logging
import math
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO, Final

import msgspec

from vanguard.core.errors import DocumentLocked, DocumentTooLarge, DocumentUnreadable, ReadingError
from vanguard.documents.layers.contract import Extractor, Limits, Opened, Painted

_FOLDER: Final = "vanguard.documents.layers.extractors"
# Loaded when first asked for: pdfminer and pypdf take a tenth of a second each.
_CLASSES: Final = {
    "glance": "GlanceExtractor",
    "pdfium": "PdfiumExtractor",
    "pdfminer": "PdfminerExtractor",
    "pypdf": "PypdfExtractor",
    "poppler": "PopplerExtractor",
}
_CORES: Final = 0
_GRACE_S: Final = 5


class Ask(msgspec.Struct, frozen=True):
    """A page, from 0, by one extractor."""

    extractor: str
    page: int


class Start(msgspec.Struct, frozen=True):
    """The first message: the file."""

    path: str
    password: str
    limits: Limits


class Answer(msgspec.Struct, frozen=True):
    """What was found, or why nothing was.

    Attributes:
        error: public code of the error; empty when there was none.
    """

    pages: int = 0
    painted: Painted | None = None
    error: str = ""
    message: str = ""


ERRORS: Final = {kind.code: kind for kind in (DocumentUnreadable, DocumentLocked, DocumentTooLarge)}


def write_message(stream: IO[bytes], message: msgspec.Struct) -> None:
    """Sends one message."""
    data = msgspec.msgpack.encode(message)
    stream.write(len(data).to_bytes(4, "big") + data)
    stream.flush()


def extractor(name: str) -> Extractor:
    """The extractor of that name, its library loaded."""
    made: Callable[[], Extractor] = getattr(import_module(f"{_FOLDER}.{name}"), _CLASSES[name])
    return made()


class Reader:
    """The open file, by each extractor that was asked for."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._open: dict[str, Opened] = {}

    def pages(self) -> Answer:
        """How many pages there are, by PDFium."""

        def count() -> Answer:
            size = Path(self._start.path).stat().st_size
            limits = self._start.limits
            if size > limits.file_bytes:
                raise DocumentTooLarge(
                    f"The file has {size:,} bytes; {limits.file_bytes:,} are allowed."
                )
            pages = self._opened("glance").pages
            if pages > limits.pages:
                raise DocumentTooLarge(
                    f"The file has {pages:,} pages; {limits.pages:,} are allowed."
                )
            return Answer(pages)

        return _answer(count)

    def read(self, ask: Ask) -> Answer:
        """One page."""

        def read() -> Answer:
            opened = self._opened(ask.extractor)
            return Answer(opened.pages, opened.read(ask.page))

        return _answer(read)

    def close(self) -> None:
        """Lets the file go."""
        while self._open:
            self._open.popitem()[1].close()

    def _opened(self, name: str) -> Opened:
        if name not in self._open:
            start = self._start
            self._open[name] = extractor(name).open(Path(start.path), start.password, start.limits)
        return self._open[name]


def _answer(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except ReadingError as error:
        return Answer(error=error.code, message=error.message)
    except MemoryError:
        return Answer(
            error=DocumentUnreadable.code, message="Reading it takes more memory than allowed."
        )
    except Exception as error:  # noqa: BLE001 - the border of a process: libraries raise what they like
        reason = f"{type(error).__name__}: {error}"[:300]
        return Answer(error=DocumentUnreadable.code, message=f"The library failed with {reason}.")


def _limit(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (_CORES, _CORES))


def _watch(limits: Limits) -> None:
    """Ends this process a while after its parent should have: a hung library outlives nobody."""
    signal.alarm(math.ceil(limits.page_s) + _GRACE_S)


def main() -> int:
    """Serves one file until its parent closes the stream."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not mix with answers
    head = source.read(4)
    if len(head) < 4:
        return 0
    start = msgspec.msgpack.decode(source.read(int.from_bytes(head, "big")), type=Start)
    _limit(start.limits)
    reader = Reader(start)
    _watch(start.limits)
    write_message(sink, reader.pages())
    signal.alarm(0)
    while len(head := source.read(4)) == 4:
        ask = msgspec.msgpack.decode(source.read(int.from_bytes(head, "big")), type=Ask)
        _watch(start.limits)
        write_message(sink, reader.read(ask))
        signal.alarm(0)
    reader.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
