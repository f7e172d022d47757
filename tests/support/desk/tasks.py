"""The blocks that the stand-in's reader was not sure of, with faults put into what is on the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PICTURE = FOLDER / "page.png"
DOCUMENT = "doc_page"
PAGE = json.loads((FOLDER / "page.json").read_text("utf-8"))

# id, block, tags, doubt, what was read instead of what (each once), confidence of such a word
_BLOCKS: list[tuple[str, int, list[str], float, dict[str, str]]] = [
    ("rvt_1", 2, ["digits"], 0.62, {"٢٢٨١،": "٢٢٨٧،", "٥٥٬٩٣٢٫١٧": "55٬932٫17", "وهران": "وهزان"}),
    ("rvt_2", 3, ["digits"], 0.45, {"047-3424648": "047-3424b48", "٣٬٦٨٣٬١٦٤": "٢٬٦٨٣٬١٦٤"}),
    ("rvt_3", 6, [], 0.31, {"أسبوع": "أسبوغ", "تقنية": "تفنية"}),
]
_SOFT = {"والمبلغ": 0.71, "درجة": 0.66, "ملف": 0.74, "صفحة،": 0.69}


def tasks() -> list[dict[str, Any]]:
    """All tasks, fresh."""
    made = [
        _task(
            name,
            subject=f"{DOCUMENT}/p1/b{number}",
            tags=tags,
            doubt=doubt,
            payload=_block(number, faults),
        )
        for name, number, tags, doubt, faults in _BLOCKS
    ]
    return [*made, _plain_task()]


def right_text(number: int) -> str:
    """What the page says in one of its blocks."""
    text: str = PAGE["blocks"][number]["text"]
    return text


def _task(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": name, "queue": "documents", "kind": "documents.block", "project": "default", "wanted": 1,
        "state": "open", "version": 1, "history": [], "trail": [], "claim": None, **fields,
    }  # fmt: skip


def _block(number: int, faults: dict[str, str]) -> dict[str, Any]:
    block = PAGE["blocks"][number]
    right: str = block["text"]
    text = right
    for is_there, was_read in faults.items():
        text = text.replace(is_there, was_read, 1)
    read = dict(faults)
    words = []
    for word in block["words"]:
        was = read.pop(word["text"], None)
        confidence = 0.38 if was else _SOFT.get(word["text"], 0.93)
        words.append({"text": was or word["text"], "box": word["box"], "confidence": confidence})
    return {
        "document": DOCUMENT, "name": "تقرير ٢٠٢٤.pdf", "page": 1, "block": number, "kind": block["kind"],
        "box": block["box"], "page_size": PAGE["page_size"], "text": text, "words": words,
        "confidence": 0.58, "reader": "tesseract", "tier": "review",
        "reasons": [{"code": "unsure_words", "says": f"{len(faults)} words were read with little certainty"}],
        "alternatives": [{"reader": "vision", "text": right}], "direction": block["direction"],
    }  # fmt: skip


def _plain_task() -> dict[str, Any]:
    """A block of English, of a document whose picture is gone, and of a reader that says little."""
    payload = {
        "document": "doc_gone", "name": "letter.png", "page": 2, "block": 0, "kind": "heading", "box": None,
        "page_size": None, "text": "Terms of dellvery", "words": [], "confidence": None, "reader": "",
        "tier": "review", "reasons": [], "alternatives": [], "direction": "ltr",
    }  # fmt: skip
    return _task("rvt_4", subject="doc_gone/p2/b0", tags=[], doubt=0.1, payload=payload)
