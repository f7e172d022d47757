"""A document in a format that has to read the file anew: in a process of its own, within bounds.

It does not know who asked. A hostile file may hang or end that process, and nobody else's.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO, ClassVar

import msgspec

from vanguard.core.errors import DocumentUnreadable
from vanguard.documents.formats.registry import Format, format_named
from vanguard.documents.page import Document
from vanguard.documents.reading.output import wishes_for
from vanguard.flow.local import LocalExecutor
from vanguard.flow.ports import Blobs, Task
from vanguard.flow.stage import Made
from vanguard.store.flow.blobs import FolderBlobs

_MOST_S = 300.0
_AT_ONCE = BoundedSemaphore(2)  # each may take some hundred MiB


class Written(msgspec.Struct, frozen=True):
    """A document in a format; `sha256` is its blob's."""

    sha256: str


@dataclass(frozen=True)
class WriteForm:
    """A document in a format.

    Attributes:
        source: the file that was read.
    """

    form: str
    source: str
    name: ClassVar[str] = "documents.write_form"
    version: ClassVar[int] = 1
    takes: ClassVar[type[Document]] = Document
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[Document], blobs: Blobs) -> Iterable[Made]:
        """One `Written`.

        Raises:
            InvalidRequest: the format cannot hold it.
        """
        (document,) = values
        form = format_named(self.form)
        out = io.BytesIO()
        form.write(document, out, wishes_for(Path(self.source), form))
        yield Made(Written(blobs.put(out.getvalue()).sha256))


def write_apart(document: Document, form: Format, source: Path, out: BinaryIO) -> None:
    """Writes a document in a format, in a process of its own.

    Raises:
        DocumentUnreadable: the format cannot hold it, or the file cannot be read any more.
    """
    with _AT_ONCE, tempfile.TemporaryDirectory(prefix="vanguard-") as folder:
        blobs = FolderBlobs(Path(folder))
        key = blobs.put(msgspec.json.encode(document)).sha256
        task = Task("write", WriteForm(form.name, str(source)), (key,), document.source)
        (outcome,) = LocalExecutor(blobs, 1, _MOST_S).run([task])
        if outcome.status == "failed":
            raise DocumentUnreadable(f"It cannot be written as {form.name}: {outcome.error}")
        made = msgspec.json.decode(blobs.get(outcome.produced[0].key), type=Written)
        with blobs.path(made.sha256).open("rb") as file:
            shutil.copyfileobj(file, out)
