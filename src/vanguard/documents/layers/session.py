"""One PDF whose text layers are read in a process of its own, under a deadline and a memory limit.

It does not know the extractors; `vanguard.documents.layers.child` does, on the other side.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from vanguard.core.errors import DocumentTooLarge, DocumentUnreadable, ReadingError
from vanguard.documents.layers.child import ERRORS, Answer, Ask, Start, write_message
from vanguard.documents.layers.contract import Limits, Painted

_MOST_BYTES: Final = 512 << 20
_CHUNK: Final = 1 << 20
_GOODBYE_S: Final = 0.5


class Session:
    """An open file.

    Use it as a context manager. A child that hangs or dies is replaced: the page it failed on stays
    failed, the others are read.
    """

    def __init__(self, path: Path, *, password: str = "", limits: Limits | None = None) -> None:
        """Starts the process and opens the file.

        Raises:
            DocumentUnreadable: it is no PDF, is broken, or took too long.
            DocumentLocked: it is encrypted and the password is missing or wrong.
            DocumentTooLarge: it has more bytes or pages than it may have.
        """
        self._start = Start(str(path), password, limits or Limits())
        self._child: subprocess.Popen[bytes] | None = None
        try:
            self.pages = self._begin().pages
        except ReadingError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, extractor: str, page: int) -> Painted:
        """The text of a page, from 0, as one extractor finds it.

        Raises:
            DocumentUnreadable, DocumentLocked: this extractor cannot read it.
        """
        if not 0 <= page < self.pages:
            raise DocumentUnreadable(f"There is no page {page + 1}; the file has {self.pages}.")
        if self._child is None:
            self._begin()
        answer = self._asked(Ask(extractor, page), f"page {page + 1} with {extractor}")
        if answer.painted is None:
            raise DocumentUnreadable(f"{extractor} gave no answer for page {page + 1}.")
        return answer.painted

    def close(self) -> None:
        """Ends the process."""
        child, self._child = self._child, None
        if child is None:
            return
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                _closed(stream)
        try:
            child.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _begin(self) -> Answer:
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-m", "vanguard.documents.layers.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._asked(self._start, "the file")

    def _asked(self, message: msgspec.Struct, what: str) -> Answer:
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise DocumentUnreadable(f"The process that reads {what} did not start.")
        deadline = time.monotonic() + self._start.limits.page_s
        try:
            write_message(child.stdin, message)
            answer = self._answer(child.stdout, deadline)
        except (BrokenPipeError, EOFError) as error:
            code = child.wait()
            self.close()
            raise DocumentUnreadable(
                f"The process that read {what} died ({_death(code)}); the file is broken or hostile."
            ) from error
        except TimeoutError as error:
            child.kill()
            self.close()
            raise DocumentUnreadable(
                f"Reading {what} took more than {self._start.limits.page_s:g} s and was stopped."
            ) from error
        if answer.error:
            raise ERRORS.get(answer.error, DocumentUnreadable)(answer.message)
        return answer

    def _answer(self, stream: IO[bytes], deadline: float) -> Answer:
        size = int.from_bytes(_exactly(stream, 4, deadline), "big")
        if size > _MOST_BYTES:
            raise DocumentTooLarge(f"The text of one page has {size:,} bytes.")
        return msgspec.msgpack.decode(_exactly(stream, size, deadline), type=Answer)


def _exactly(stream: IO[bytes], count: int, deadline: float) -> bytes:
    """That many bytes of a pipe before the deadline; `EOFError` or `TimeoutError` else."""
    parts: list[bytes] = []
    handle = stream.fileno()
    while count:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            raise TimeoutError
        part = os.read(handle, min(count, _CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _closed(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return  # what was not sent yet has nobody to read it


def _death(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
