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
        # the pieces in one, and as bytes; as far as they were put together
        self._text, self._written = "", b""
        # a place in the bytes, between two characters, and how many stand before it
        self._at = self._before = 0

    def add(self, text: str) -> None:
        """More of it."""
        self._size += len(text)
        if self._size <= _KEPT_CHARACTERS:
            self._pieces.append(text)

    def span(self, start: int | None, end: int | None, words: str | None) -> tuple[int, int]:
        """Characters of the answer for Google's bytes; (-1, -1) where they are not its words."""
        if self._size > _KEPT_CHARACTERS or end is None:
            return -1, -1
        text, written = self._put_together()
        meant = written[start or 0 : end].decode(errors="replace")
        if words is None or meant == words:
            first = self._characters(start or 0)
            return first, first + len(meant)
        # a server that counts otherwise, or from the beginning of a part
        at = text.find(words)
        return (at, at + len(words)) if at >= 0 else (-1, -1)

    def _put_together(self) -> tuple[str, bytes]:
        if self._pieces:
            more = "".join(self._pieces)
            self._text += more
            self._written += more.encode()
            self._pieces.clear()
        return self._text, self._written

    def _characters(self, start: int) -> int:
        """How many stand before a byte; counted from the last such place, where that is before it."""
        if start < 0 or start < self._at:
            self._at = self._before = 0
        written = self._written
        count = self._before + len(written[self._at : start].decode(errors="replace"))
        if self._at <= start < len(written) and written[start] & 0xC0 != 0x80:
            self._at, self._before = start, count
        return count


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
        self._text = ""
        # a place in the text, and the bytes before it
        self._at = self._bytes = 0
        # by what makes them the same: the place of a source, and of a passage its sources' places
        self._places: dict[tuple[str, ...], int] = {}
        self._sources: dict[tuple[int, str], list[int]] = {}
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
        same = *chunk, source.url, source.title, source.quote if "web" not in chunk else ""
        place = self._places.setdefault(same, len(self._chunks))
        if place == len(self._chunks):
            self._chunks.append(chunk)
        start, end = self._spans.of(cited)
        if self._pieces:
            self._text += "".join(self._pieces)
            self._pieces.clear()
        words = self._text[start:end]
        first = self._bytes_before(start)
        if (first, words) in self._sources:
            self._sources[first, words].append(place)
            return
        indices = self._sources[first, words] = [place]
        segment = {"startIndex": first, "endIndex": first + len(words.encode()), "text": words}
        self._supports.append({"segment": segment, "groundingChunkIndices": indices})

    def _bytes_before(self, start: int) -> int:
        """Counted from where it was asked for last, where that is before it."""
        if start < self._at:
            self._at = self._bytes = 0
        self._bytes += len(self._text[self._at : start].encode())
        self._at = min(start, len(self._text))
        return self._bytes

    def metadata(self) -> dict[str, object] | None:
        """`groundingMetadata`; None where nothing was cited."""
        if not self._chunks:
            return None
        return {"groundingChunks": self._chunks, "groundingSupports": self._supports}


def _named(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
