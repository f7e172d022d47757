"""Takes off an answer what is no transcript: thoughts, fences, remarks, marks of Markdown.

It does not know pages, but for what an OCR engine saw: what stands there too is no remark.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from rapidfuzz import fuzz

from vanguard.documents.page import Reason
from vanguard.documents.prompts import NOTHING

_THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[\w-]*[ \t]*$", re.MULTILINE)
_REMARK = re.compile(
    r"(?:sure|certainly|of course|okay|here(?:['’]s| is| are)|below is|the (?:following|text|image|transcri|extract|table)"
    r"|this (?:image|page|is)|transcri(?:pt|bed)|extracted text|ocr |note\b|please note|i hope|let me know|i(?:['’]ve| have) "
    r"|as requested|إليك|هذا هو النص|هذه هي|النص (?:المستخرج|الموجود|المكتوب|في الصورة|كما)|نص الصورة|فيما يلي|بالتأكيد|بالطبع"
    r"|ملاحظة\s*:|آمل)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:i(?:['’]m| am) (?:sorry|unable|not able)|i can(?:not|['’]t)|(?:cannot|unable to|can['’]t) (?:read|transcribe|assist|help|see)"
    r"|image (?:is|appears) (?:too )?(?:blurry|unclear|blank))|لا أستطيع|لا يمكنني|لست قادر|أعتذر|آسف",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(r"(?:there is )?no (?:visible |readable )?text\b.*", re.IGNORECASE)
_REFUSAL_LETTERS = 400
_REMARKS_AT_END = 3
_SEEN = 70.0  # percent of a line's letters that an engine saw together: it is on the page
_MARKS = (
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"\1"),
)


class Cleaned(msgspec.Struct, frozen=True):
    """What is left of an answer.

    Attributes:
        notes: what was taken off, and why.
        refused: it is no transcript but a refusal.
    """

    text: str
    notes: tuple[Reason, ...] = ()
    refused: bool = False


def cleaned(answer: str, seen: str) -> Cleaned:
    """The transcript in an answer.

    Args:
        answer: as the model gave it.
        seen: what an OCR engine read in the same place.
    """
    notes: list[Reason] = []

    def step(change: Callable[[str], str], code: str, says: str, text: str) -> str:
        after = change(text)
        if after.strip() != text.strip():
            notes.append(Reason(code, says))
        return after

    text = step(lambda one: _THOUGHTS.sub("", one), "thoughts", "its thoughts were cut", answer)
    text = step(_unfenced, "fences", "code fences were taken off", text)
    if _is_refusal(text, seen):
        return Cleaned("", tuple(notes), refused=True)
    text = step(lambda one: _without_remarks(one, seen), "remarks", "remarks were cut", text)
    text = step(_unmarked, "markdown", "marks of Markdown were taken off", text)
    if text.strip() == NOTHING or _NO_TEXT.fullmatch(text.strip()):
        text = ""
    return Cleaned(text.strip(), tuple(notes))


def _unfenced(text: str) -> str:
    """Without fences; what stands around them is a remark, which its own step takes off."""
    return _FENCE.sub("", text)


def _unmarked(text: str) -> str:
    for mark, instead in _MARKS:
        text = mark.sub(instead, text)
    return text


def _is_refusal(text: str, seen: str) -> bool:
    short = len(text) <= _REFUSAL_LETTERS
    return short and bool(_REFUSAL.search(text)) and not _is_seen(text, seen)


def _without_remarks(text: str, seen: str) -> str:
    lines = text.strip().split("\n")
    while lines and (not lines[0].strip() or _is_remark(lines[0], seen)):
        del lines[0]
    for _ in range(_REMARKS_AT_END):
        if lines and (not lines[-1].strip() or _is_remark(lines[-1], seen)):
            del lines[-1]
    return "\n".join(lines)


def _is_remark(line: str, seen: str) -> bool:
    bare = line.strip(" \t*_#>-–—:")
    return bool(_REMARK.match(bare)) and not _is_seen(bare, seen)


def _is_seen(line: str, seen: str) -> bool:
    return bool(seen) and fuzz.partial_ratio(line, seen) >= _SEEN
