"""Takes the encryption off a PDF whose password is known, so that the password can be forgotten.

It does not know where the password comes from. Nothing here is kept in a ledger: what a ledger knows a step
by depends on the stage's settings, and a password is one of them.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import msgspec
import pypdfium2
from pypdfium2 import raw

from vanguard.core.errors import DocumentLocked, DocumentUnreadable, ReadingError
from vanguard.documents.reading.files import count_pages, kind_of
from vanguard.documents.reading.limits import ReadingLimits
from vanguard.documents.reading.values import SourceFile
from vanguard.flow.ports import Blobs, Executor, Task
from vanguard.flow.stage import Made


class Unlocked(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        sha256: of the blob of the file without encryption; empty where it had none, or cannot be read.
        error_type, error: why it cannot.
    """

    sha256: str = ""
    error_type: str = ""
    error: str = ""


@dataclass(frozen=True, repr=False)
class Unlock:
    """A PDF without its encryption; errors are answers here."""

    password: str
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    name: ClassVar[str] = "documents.unlock"
    version: ClassVar[int] = 1
    takes: ClassVar[type[SourceFile]] = SourceFile
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[SourceFile], blobs: Blobs) -> Iterable[Made]:
        """One `Unlocked`."""
        (source,) = values
        path = blobs.path(source.sha256)
        try:
            data = self._opened(path)
        except ReadingError as error:
            yield Made(Unlocked(error_type=error.code, error=error.message))
            return
        yield Made(Unlocked(blobs.put(data).sha256 if data else ""))

    def _opened(self, path: Path) -> bytes:
        """The file without encryption; empty where it has none."""
        if kind_of(path) != "pdf":
            return b""
        try:
            count_pages(path, "", self.limits)
        except DocumentLocked:
            pass
        else:
            return b""
        count_pages(path, self.password, self.limits)  # says what is wrong with it
        out = io.BytesIO()
        try:
            with pypdfium2.PdfDocument(path, password=self.password) as pdf:
                pdf.save(out, flags=raw.FPDF_REMOVE_SECURITY)
        except pypdfium2.PdfiumError as error:
            reason = str(error).rstrip(".")
            raise DocumentUnreadable(f"The file cannot be decrypted: {reason}.") from error
        return out.getvalue()


def unlock(
    source: Path, password: str, limits: ReadingLimits, blobs: Blobs, executor: Executor
) -> Unlocked:
    """Takes the encryption off a file, in a process of its own.

    Raises:
        DocumentUnreadable: the process hung or died.
        StoreUnavailable: what it made cannot be kept.
    """
    value = SourceFile(blobs.link(source).sha256)
    key = blobs.put(msgspec.json.encode(value)).sha256
    step = secrets.token_hex(16)  # nobody may know this step again
    task = Task(step, Unlock(password, limits), (key,), source.name)
    (outcome,) = executor.run([task])
    if outcome.status == "failed":
        raise DocumentUnreadable(f"The file cannot be decrypted: {outcome.error}.")
    return msgspec.json.decode(blobs.get(outcome.produced[0].key), type=Unlocked)
