"""Citations in Anthropic's form, read and written.

It does not know blocks or streams. Types: Anthropic API reference, citations, search results and web
search (2026-11); pages count from 1 and all ends are exclusive there.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vanguard.dialects.conversation import Extract, Source
from vanguard.wire import anthropic_messages as wire

_Kind = Literal["char", "page", "block"]
# by what is counted: the type, and the names of the two ends
_PLACES: dict[_Kind, tuple[str, str, str]] = {
    "char": ("char_location", "start_char_index", "end_char_index"),
    "page": ("page_location", "start_page_number", "end_page_number"),
    "block": ("content_block_location", "start_block_index", "end_block_index"),
}
_KINDS: dict[str, _Kind] = {place[0]: kind for kind, place in _PLACES.items()}
_RESULT = "search_result_location"


_said = msgspec.json.Decoder(list[wire.ReplyCitation] | wire.ReplyCitation)


def read_citations(raw: msgspec.Raw | None) -> list[Source]:
    """The sources in a list of citations, or in one; none where they have another form."""
    if raw is None:
        return []
    try:
        said = _said.decode(raw)
    except msgspec.MsgspecError:
        return []
    return [_source(one) for one in (said if isinstance(said, list) else [said])]


def _source(said: wire.ReplyCitation) -> Source:
    """Of a kind that is not known here, what of it has a common name."""
    title = said.title or said.document_title or ""
    url = said.url or ""
    if said.type == _RESULT:
        url = said.source or ""
    return Source(url, title, said.cited_text or "", _extract(said))


def _extract(said: wire.ReplyCitation) -> Extract | None:
    if said.type == _RESULT and said.search_result_index is not None:
        start, end = said.start_block_index or 0, said.end_block_index or 0
        return Extract("result", said.search_result_index, start, end)
    kind = _KINDS.get(said.type)
    if kind is None or said.document_index is None:
        return None
    _, first, last = _PLACES[kind]
    start, end = getattr(said, first) or 0, getattr(said, last) or 0
    return Extract(kind, said.document_index, start, end, said.file_id or "")


def write_citation(source: Source) -> dict[str, object] | None:
    """The citation; None for what has neither an address nor a place in the request."""
    extract = source.extract
    if extract is not None and extract.kind != "result":
        kind, first, last = _PLACES[extract.kind]
        return {
            "type": kind,
            "cited_text": source.quote,
            "document_index": extract.index,
            "document_title": source.title or None,
            "file_id": extract.file_id or None,
            first: extract.start,
            last: extract.end,
        }
    if extract is not None:
        return {
            "type": _RESULT,
            "cited_text": source.quote,
            "source": source.url,
            "title": source.title or None,
            "search_result_index": extract.index,
            "start_block_index": extract.start,
            "end_block_index": extract.end,
        }
    if not source.url:
        return None
    # what was searched elsewhere has no index that Anthropic could decrypt
    return {
        "type": "web_search_result_location",
        "cited_text": source.quote,
        "url": source.url,
        "title": source.title or None,
        "encrypted_index": "",
    }
