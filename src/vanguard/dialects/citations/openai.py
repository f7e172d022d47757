"""Annotations of text in OpenAI's form, read and written.

It does not know messages or items. Shapes: OpenAI API reference, chat and responses (2026-11); indexes
count characters of the text that they annotate.
"""

from __future__ import annotations

import msgspec

from vanguard.dialects.conversation import Cited, Source
from vanguard.wire import openai_responses as wire

_annotation = msgspec.json.Decoder(wire.Annotation)


def read_annotation(raw: msgspec.Raw, before: int) -> list[Cited]:
    """The source; none where it has another form.

    Args:
        raw: the annotation.
        before: characters of the answer ahead of the text that it annotates.
    """
    try:
        said = _annotation.decode(raw)
    except msgspec.MsgspecError:
        return []
    source = Source(said.url or "", said.title or said.filename or "")
    if said.start_index is None or said.end_index is None:
        return [Cited(source)]
    return [Cited(source, before + said.start_index, before + said.end_index)]


def url_citation(source: Source, span: tuple[int, int]) -> dict[str, object] | None:
    """OpenAI's citation of an address, as both of its APIs have it; None for what has none."""
    if not source.url:
        return None
    start, end = span
    return {"url": source.url, "title": source.title, "start_index": start, "end_index": end}
