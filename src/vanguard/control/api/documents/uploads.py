"""Takes a file out of a request: a form's or the body itself, written to the disk as it comes.

It does not know what becomes of it. Nothing that a client says about a file is believed but its bytes.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.types import Message, Receive

from vanguard.core.errors import InvalidRequest, RequestTooLarge
from vanguard.store.documents.shelf import Shelf

_FORM_MORE_BYTES = 64 << 10  # boundaries, heads and fields around a form's file
_CHUNK_BYTES = 1 << 20
_MOST_FIELDS = 20
_MOST_NAME = 200
_UNNAMED = "document"
# what would end a line, hide or turn text: categories of control and format characters
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # letters of names in some scripts
_SPACES = re.compile(r"\s+")


class Upload(msgspec.Struct, frozen=True):
    """A file that came.

    Attributes:
        name: as the client calls it, made harmless; empty when it says none.
        fields: the form's other fields.
    """

    name: str
    sha256: str
    size_bytes: int
    fields: Mapping[str, str] = {}


async def receive(request: Request, shelf: Shelf, place: Path, most_bytes: int) -> Upload:
    """Writes the file of a request to `place`.

    Raises:
        InvalidRequest: there is no file, an empty one, or several.
        RequestTooLarge: it is larger than it may be.
        StoreUnavailable: the disk is full or cannot be written.
    """
    declared = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_form = kind == "multipart/form-data"
    bound = most_bytes + (_FORM_MORE_BYTES if is_form else 0)
    if declared.isdecimal() and int(declared) > bound:
        raise _too_large(most_bytes)
    bounded = Request(request.scope, _bounded(request.receive, bound, most_bytes))
    if is_form:
        return await _of_form(bounded, shelf, place, most_bytes)
    writing = _Writing(place, shelf, most_bytes)
    try:
        async for chunk in bounded.stream():
            if chunk:
                await run_in_threadpool(writing.add, chunk)
    finally:
        await run_in_threadpool(writing.close)
    return writing.upload("", {})


async def _of_form(request: Request, shelf: Shelf, place: Path, most_bytes: int) -> Upload:
    with shelf.writing():  # a form's file waits in the temporary folder, which may be full
        form = await request.form(max_files=1, max_fields=_MOST_FIELDS)
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidRequest("the form has no file called `file`", param="file")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        writing = _Writing(place, shelf, most_bytes)
        try:
            await run_in_threadpool(_copy, file.file, writing)
        finally:
            await run_in_threadpool(writing.close)
        return writing.upload(file.filename or "", fields)
    finally:
        await form.close()


def harmless(name: str) -> str:
    """The last part of a file's name, without what hides or turns text; `document` for none.

    It is shown and written into answers' heads; no file is ever called so.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(
        " " if c in "\t\r\n" else c
        for c in last
        if c in "\t\r\n" or c in _JOINERS or unicodedata.category(c) not in _HIDDEN
    )
    short = _SPACES.sub(" ", seen).strip(" .")
    if len(short) > _MOST_NAME:
        stem, dot, suffix = short.rpartition(".")
        tail = dot + suffix if stem and len(suffix) <= 10 else ""
        short = short[: _MOST_NAME - len(tail)] + tail
    return short or _UNNAMED


class _Writing:
    """A file on its way to the disk."""

    def __init__(self, place: Path, shelf: Shelf, most_bytes: int) -> None:
        self._shelf = shelf
        self._most_bytes = most_bytes
        self._digest = hashlib.sha256()
        self._size = 0
        with shelf.writing():
            self._file = place.open("xb")

    def add(self, chunk: bytes) -> None:
        """Writes some more of it."""
        self._size += len(chunk)
        if self._size > self._most_bytes:
            raise _too_large(self._most_bytes)
        self._digest.update(chunk)
        with self._shelf.writing():
            self._file.write(chunk)

    def close(self) -> None:
        """There is no more."""
        with self._shelf.writing():
            self._file.close()

    def upload(self, name: str, fields: Mapping[str, str]) -> Upload:
        """What came."""
        if not self._size:
            raise InvalidRequest("the file is empty", param="file")
        return Upload(name, self._digest.hexdigest(), self._size, fields)


def _copy(source: BinaryIO, writing: _Writing) -> None:
    source.seek(0)
    while chunk := source.read(_CHUNK_BYTES):
        writing.add(chunk)


def _bounded(receive: Receive, bound: int, most_bytes: int) -> Receive:
    """Counts what comes, for a body may be longer than its head says, or say nothing."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > bound:
            raise _too_large(most_bytes)
        return message

    return counted


def _too_large(most_bytes: int) -> RequestTooLarge:
    return RequestTooLarge(
        f"the file is larger than {most_bytes / (1 << 20):g} MiB (documents.max_file_mb)",
        param="file",
    )
