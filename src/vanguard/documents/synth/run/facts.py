"""Writes what must hold of each page of a run: a test set of facts, for `documents evaluate`.

It does not know readers. The same pages and seed give the same facts; headers, footers and page
numbers are left out, as they are of the pages' Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vanguard.documents.evaluate.facts.derive import derive
from vanguard.documents.evaluate.facts.fact import dumps
from vanguard.documents.page import FURNITURE, Document, Page
from vanguard.documents.synth.run.options import Record
from vanguard.documents.synth.run.store import FOLDERS, Store

FACTS = "facts.jsonl"


def write(store: Store, records: Iterable[Record], seed: int) -> None:
    """Writes the facts of all pages, each under the path of its image without folder and suffix."""
    with store.part(store.out / FACTS) as part, part.open("wb") as lines:
        for record in records:
            document = msgspec.json.decode(
                (store.out / record.files["document"][0]).read_bytes(), type=Document
            )
            bare = Document(tuple(map(_without_furniture, document.pages)))
            lines.write(dumps(derive(bare, name_of(record), seed)))


def name_of(record: Record) -> str:
    """What a reader that was given the folder of images calls the page."""
    image = record.files["image"][0].removeprefix(f"{FOLDERS['image']}/")
    return image.rpartition(".")[0]


def _without_furniture(page: Page) -> Page:
    blocks = tuple(block for block in page.blocks if block.kind not in FURNITURE)
    return msgspec.structs.replace(page, blocks=blocks)
