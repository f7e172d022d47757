"""Citations in Converse's form, read and written.

It does not know blocks or streams. Shapes: Bedrock runtime API reference, Citation and CitationLocation
(2026-11).
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from vanguard.dialects.conversation import Extract, Source
from vanguard.wire import bedrock_converse as wire

_PLACES: dict[Literal["char", "page", "block", "result"], str] = {
    "char": "documentChar",
    "page": "documentPage",
    "block": "documentChunk",
    "result": "searchResultLocation",
}


def read_citation(said: wire.ReplyCitation) -> Source:
    """The source."""
    quote = "".join(one.text for one in said.source_content or () if one.text)
    location = said.location or wire.ReplyLocation()
    url = location.web.url if location.web is not None else None
    if location.search_result_location is not None:
        url = said.source
    return Source(url or "", said.title or "", quote, _extract(location))


def _extract(location: wire.ReplyLocation) -> Extract | None:
    if (place := location.document_char) is not None:
        return Extract("char", place.document_index or 0, place.start or 0, place.end or 0)
    if (place := location.document_page) is not None:
        return Extract("page", place.document_index or 0, place.start or 0, place.end or 0)
    if (place := location.document_chunk) is not None:
        return Extract("block", place.document_index or 0, place.start or 0, place.end or 0)
    if (place := location.search_result_location) is not None:
        return Extract("result", place.search_result_index or 0, place.start or 0, place.end or 0)
    return None


def write_citation(source: Source) -> dict[str, object]:
    """The citation."""
    written: dict[str, object] = {}
    if source.title:
        written["title"] = source.title
    if source.quote:
        written["sourceContent"] = [{"text": source.quote}]
    extract = source.extract
    if extract is not None:
        index = "searchResultIndex" if extract.kind == "result" else "documentIndex"
        place: dict[str, object] = {index: extract.index, "start": extract.start}
        written["location"] = {_PLACES[extract.kind]: {**place, "end": extract.end}}
        if source.url:
            written["source"] = source.url
    elif source.url:
        web: dict[str, object] = {"url": source.url}
        domain = _domain(source.url)
        written["location"] = {"web": {**web, "domain": domain} if domain else web}
    return written


def _domain(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
