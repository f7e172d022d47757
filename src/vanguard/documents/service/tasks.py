"""Blocks that are to be doubted, as tasks for people.

It does not know queues or reviewers; what a task is stands in `vanguard.review`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from vanguard.documents.arabic.letters import DIGIT, LETTER, MARK
from vanguard.documents.page import Block, Document, Page, Word
from vanguard.documents.service.corrected import Decided
from vanguard.review.values import MOST_PAYLOAD_BYTES, NewTask

_log = logging.getLogger(__name__)

KIND: Final = "documents.block"
_UNSURE = 0.85  # words below are doubtful
_VOCALISED = 0.25  # marks per letter
_SUBJECT = re.compile(r"(doc_[0-9a-f]+)/p([1-9][0-9]{0,6})/b(0|[1-9][0-9]{0,6})")


class _Value(msgspec.Struct, frozen=True):
    """What a block is corrected to."""

    text: str


def tasks_of(document: Document, document_id: str, queue: str) -> Iterator[NewTask]:
    """A task for each block that a person should look at, page by page."""
    for page in document.pages:
        for number, block in enumerate(page.blocks):
            doubt = doubt_of(block)
            if doubt is None:
                continue
            payload = _payload(document, document_id, page, number)
            if _size(payload) > MOST_PAYLOAD_BYTES:
                # its text alone is more than a task may hold, and more than anybody could review
                _log.warning(
                    "%s, page %d: block %d is too long a task", document_id, page.number, number
                )
                continue
            subject = subject_of(document_id, page.number, number)
            yield NewTask(queue, KIND, subject, doubt, payload, _tags(block))


def doubt_of(block: Block) -> float | None:
    """How much a block is to be doubted, 0 to 1; None where nobody need look at it."""
    failed = block.table is not None and any(cell.doubts for cell in block.table.cells)
    if not block.text.strip() or (block.tier not in ("review", "reject") and not failed):
        return None
    doubt = 1 - (block.confidence if block.confidence is not None else 0.5)
    return round(min(1.0, max(0.0, doubt + (1 - doubt) / 2 if failed else doubt)), 4)


def subject_of(document_id: str, page: int, block: int) -> str:
    """What a task is about: `doc_…/p3/b7`."""
    return f"{document_id}/p{page}/b{block}"


def decision_of(subject: str, verdict: str, value: Any) -> Decided | None:
    """What a decision on a task says of a block; None where that cannot be understood.

    Args:
        subject: of the task.
        verdict: a reviewer's.
        value: `{"text": …}` for `correct`.
    """
    place = _SUBJECT.fullmatch(subject)
    if place is None:
        return None
    try:
        text = msgspec.convert(value, _Value).text if verdict == "correct" else ""
        return msgspec.convert(
            {"page": int(place[2]), "block": int(place[3]), "verdict": verdict, "text": text},
            Decided,
        )
    except msgspec.ValidationError:
        return None


def _payload(document: Document, document_id: str, page: Page, number: int) -> dict[str, Any]:
    block = page.blocks[number]
    seen = msgspec.to_builtins(block)
    payload = {
        "document": document_id,
        "name": document.source,
        "page": page.number,
        "block": number,
        "kind": block.kind,
        "box": seen.get("box"),
        "page_size": [page.width, page.height],
        "text": block.text,
        "words": [
            {"text": word.text, "box": msgspec.to_builtins(word.box), "confidence": word.confidence}
            for word in _words(block)
        ],
        "confidence": block.confidence,
        "reader": block.reader,
        "tier": block.tier,
        "reasons": [*seen.get("reasons", ()), *_doubts(block)],
        "alternatives": seen.get("alternatives", []),
        "direction": block.direction,
    }
    # a page that is one block has more words than a task may hold; its text is what counts
    if _size(payload) > MOST_PAYLOAD_BYTES:
        payload = {**payload, "words": [], "alternatives": []}
    return payload


def _size(payload: dict[str, Any]) -> int:
    return len(msgspec.json.encode(payload))


def _tags(block: Block) -> tuple[str, ...]:
    tags = []
    unsure = (w for w in _words(block) if w.confidence is not None and w.confidence < _UNSURE)
    if any(DIGIT.search(word.text) for word in unsure):
        tags.append("digits")
    if block.table is not None:
        tags.append("table")
    letters = len(LETTER.findall(block.text))
    if letters and len(MARK.findall(block.text)) / letters >= _VOCALISED:
        tags.append("vocalised")
    return tuple(tags)


def _words(block: Block) -> Iterator[Word]:
    lines = list(block.lines)
    if block.table is not None:
        lines += [line for cell in block.table.cells for line in cell.lines]
    for line in lines:
        yield from line.words


def _doubts(block: Block) -> list[dict[str, str]]:
    cells = block.table.cells if block.table is not None else ()
    return [
        {
            "code": "failed_check",
            "says": f"row {cell.row + 1}, column {cell.column + 1}: {doubt}",
        }
        for cell in cells
        for doubt in cell.doubts
    ]
