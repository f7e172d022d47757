"""Grounding and citations of Google's answers, read and written.

It does not know parts or chunks. Shapes: Gemini API reference, GroundingMetadata and CitationMetadata
(2026-11); indexes count bytes of the answer's text.
"""

from __future__ import annotations

import msgspec

from vanguard.dialects.citations.spans import Spans
from vanguard.dialects.conversation import Cited, Source
from vanguard.wire import google_generate as wire
from vanguard.wire.lenient import present

_grounding = msgspec.json.Decoder(wire.GroundingMetadata)
_citations = msgspec.json.Decoder(wire.CitationMetadata)

# of a longer answer sources stand for the whole
_KEPT_CHARACTERS = 4 * 1024 * 1024


class Told:
    """The answer's text so far, in which Google's indexes point."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def add(self, text: str) -> None:
        """More of it."""
        self._size += len(text)
        if self._size <= _KEPT_CHARACTERS:
            self._pieces.append(text)

    def span(self, start: int | None, end: int | None, words: str | None) -> tuple[int, int]:
        """Characters of the answer for Google's bytes; (-1, -1) where they are not its words."""
        if self._size > _KEPT_CHARACTERS or end is None:
            return -1, -1
        text = "".join(self._pieces)
        written = text.encode()
        meant = written[start or 0 : end].decode(errors="replace")
        if words is None or meant == words:
            first = len(written[: start or 0].decode(errors="replace"))
            return first, first + len(meant)
        # a server that counts otherwise, or from the beginning of a part
        at = text.find(words)
        return (at, at + len(words)) if at >= 0 else (-1, -1)


def read_citations(candidate: wire.Candidate, told: Told) -> list[Cited]:
    """The sources of an answer; none where they have another form."""
    found: list[Cited] = []
    try:
        if (raw := present(candidate.grounding_metadata)) is not None:
            found += _grounded(_grounding.decode(raw), told)
        if (raw := present(candidate.citation_metadata)) is not None:
            repeated = _citations.decode(raw)
            for one in repeated.citation_sources or repeated.citations or ():
                source = Source(one.uri or "", one.title or "")
                found.append(Cited(source, *told.span(one.start_index, one.end_index, None)))
    except msgspec.MsgspecError:
        return found
    return found


def _grounded(metadata: wire.GroundingMetadata, told: Told) -> list[Cited]:
    chunks = metadata.grounding_chunks or []
    found: list[Cited] = []
    for support in metadata.grounding_supports or ():
        segment = support.segment or wire.Segment()
        span = told.span(segment.start_index, segment.end_index, segment.text)
        indices = support.grounding_chunk_indices or ()
        known = [chunks[index] for index in indices if 0 <= index < len(chunks)]
        found += [Cited(_source(chunk), *span) for chunk in known]
    return found


def _source(chunk: wire.GroundingChunk) -> Source:
    found = chunk.web or chunk.retrieved_context or chunk.maps or wire.Found()
    return Source(found.uri or "", found.title or "", found.text or "")


class Grounding:
    """Collects the sources of an answer that is written for a Google client."""

    def __init__(self) -> None:
        self._spans = Spans()
        self._pieces: list[str] = []
        self._chunks: list[dict[str, object]] = []
        self._supports: list[dict[str, object]] = []

    def text(self, text: str) -> None:
        """More of the answer's text."""
        self._spans.said += len(text)
        if self._spans.said <= _KEPT_CHARACTERS:
            self._pieces.append(text)

    def begin(self) -> None:
        """Another piece of text begins."""
        self._spans.begin()

    def cite(self, cited: Cited) -> None:
        """A source; one that Google has no place for in documents is told as something retrieved."""
        source = cited.source
        if source.url and source.extract is None:
            chunk: dict[str, object] = {"web": _named(uri=source.url, title=source.title)}
        else:
            context = _named(uri=source.url, title=source.title, text=source.quote)
            chunk = {"retrievedContext": context}
        if chunk not in self._chunks:
            self._chunks.append(chunk)
        start, end = self._spans.of(cited)
        text = "".join(self._pieces)
        first = len(text[:start].encode())
        words = text[start:end]
        segment = {"startIndex": first, "endIndex": first + len(words.encode()), "text": words}
        place = self._chunks.index(chunk)
        for support in self._supports:
            indices = support["groundingChunkIndices"]
            if support["segment"] == segment and isinstance(indices, list):
                indices.append(place)
                return
        self._supports.append({"segment": segment, "groundingChunkIndices": [place]})

    def metadata(self) -> dict[str, object] | None:
        """`groundingMetadata`; None where nothing was cited."""
        if not self._chunks:
            return None
        return {"groundingChunks": self._chunks, "groundingSupports": self._supports}


def _named(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
