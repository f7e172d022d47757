"""Packs whole pages for trainers: tar shards, Parquet files, chat lines.

It does not know how pages are made. The same pages give the same bytes.
"""

from __future__ import annotations

import importlib
import io
import tarfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from vanguard.core.errors import SettingsError
from vanguard.documents.prompts import NOTHING, PAGE
from vanguard.documents.synth.run.options import Format, Record
from vanguard.documents.synth.run.store import Store

SHARD_PAGES = 200
CHAT = "chat.jsonl"
_ROW_GROUP = 20
_SUFFIXES = {"webdataset": "tar", "parquet": "parquet"}


def shards(form: Format, pages: int, page: int) -> list[range]:
    """The pages of the shard of a page; nothing where pages are not packed."""
    if form not in _SUFFIXES:
        return []
    first = page - page % SHARD_PAGES
    return [range(first, min(first + SHARD_PAGES, pages))]


def shard_path(out: Path, form: Format, first: int) -> Path:
    """The file of the shard that begins with a page."""
    return out / "shards" / f"pages-{first // SHARD_PAGES:05d}.{_SUFFIXES[form]}"


def check(form: Format) -> None:
    """Raises SettingsError when what the format needs is not installed."""
    if form == "parquet":
        _pyarrow()


def shard(store: Store, form: Format, records: Sequence[Record]) -> None:
    """Packs pages into one file, then takes their own files away."""
    path = shard_path(store.out, form, records[0].page)
    if not path.exists():
        with store.part(path) as part:
            _PACKERS[form](store.out, records, part)
    for record in records:
        for name, _ in record.files.values():
            (store.out / name).unlink(missing_ok=True)


def chat(store: Store, records: Iterable[Record]) -> None:
    """Writes one conversation a page: the image and the question, then the Markdown."""
    with store.part(store.out / CHAT) as part, part.open("wb") as lines:
        for record in records:
            lines.write(msgspec.json.encode(_conversation(store.out, record)) + b"\n")


def _conversation(out: Path, record: Record) -> dict[str, object]:
    answer = (out / record.files["markdown"][0]).read_text("utf-8")
    if not answer.strip():
        answer = NOTHING
    return {
        "messages": [
            {"role": "user", "content": f"<image>{PAGE}"},
            {"role": "assistant", "content": answer},
        ],
        "images": [record.files["image"][0]],
    }


def _tar(out: Path, records: Sequence[Record], target: Path) -> None:
    with tarfile.open(target, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for record in records:
            for name, _ in sorted(record.files.values()):
                _add(tar, Path(name).name, (out / name).read_bytes())
            _add(tar, f"{record.key}.meta.json", msgspec.json.encode(record))


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(data))


def _parquet(out: Path, records: Sequence[Record], target: Path) -> None:
    pyarrow, parquet = _pyarrow()
    text, data = pyarrow.string(), pyarrow.binary()
    schema = pyarrow.schema(
        [
            ("key", text),
            ("kind", text),
            ("image", pyarrow.struct([("bytes", data), ("path", text)])),
            ("markdown", text),
            ("document", text),
            ("pdf", data),
            ("record", text),
        ]
    )
    with parquet.ParquetWriter(target, schema) as writer:
        for start in range(0, len(records), _ROW_GROUP):
            rows = [_row(out, record) for record in records[start : start + _ROW_GROUP]]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema))


def _row(out: Path, record: Record) -> dict[str, object]:
    image = out / record.files["image"][0]
    return {
        "key": record.key,
        "kind": record.kind,
        "image": {"bytes": image.read_bytes(), "path": image.name},
        "markdown": (out / record.files["markdown"][0]).read_text("utf-8"),
        "document": (out / record.files["document"][0]).read_text("utf-8"),
        "pdf": (out / record.files["pdf"][0]).read_bytes(),
        "record": msgspec.json.encode(record).decode(),
    }


def _pyarrow() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise SettingsError(
            "format parquet needs pyarrow (55 MB), which is not installed: "
            "pip install 'vanguard-ai[parquet]', or choose webdataset, folder or chat"
        ) from error


_PACKERS: dict[str, Callable[[Path, Sequence[Record], Path], None]] = {
    "webdataset": _tar,
    "parquet": _parquet,
}
