"""Google's grounding, as its own SDK types it; its indexes count bytes."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
from google.genai import types

from support.work import grows_evenly
from vanguard.dialects.citations import google_generate
from vanguard.dialects.citations.google_generate import Grounding, Told, read_citations
from vanguard.dialects.conversation import Cited, Extract, Source
from vanguard.wire import google_generate as wire

TEXT = "Das Öl ist grün."
X, Y = Source("https://x", "X"), Source("https://y", "Y")


def told(text: str = TEXT) -> Told:
    made = Told()
    made.add(text)
    return made


def read(text: str = TEXT, **metadata: object) -> list[Cited]:
    candidate = msgspec.json.decode(msgspec.json.encode(metadata), type=wire.Candidate)
    return read_citations(candidate, told(text))


def grounding(*supports: dict) -> dict:
    chunks = [{"web": {"uri": one.url, "title": one.title}} for one in (X, Y)]
    return {"groundingChunks": chunks, "groundingSupports": list(supports)}


def test_bytes_become_characters() -> None:
    start = len(b"Das ")
    words = {"startIndex": start, "endIndex": start + 3, "text": "Öl"}
    support = {"segment": words, "groundingChunkIndices": [0, 1, 7]}
    assert read(groundingMetadata=grounding(support)) == [Cited(X, 4, 6), Cited(Y, 4, 6)]
    # from the beginning of a part, or in characters: the words are looked for
    other = {"segment": {"endIndex": 2, "text": "Öl"}, "groundingChunkIndices": [0]}
    assert read(groundingMetadata=grounding(other)) == [Cited(X, 4, 6)]
    gone = {"segment": {"endIndex": 2, "text": "Luft"}, "groundingChunkIndices": [0]}
    assert read(groundingMetadata=grounding(gone)) == [Cited(X)]


def test_repeated_passages_and_retrieved_ones() -> None:
    repeated = {"citationSources": [{"startIndex": 0, "endIndex": 3, "uri": "https://x"}]}
    assert read(citationMetadata=repeated) == [Cited(Source("https://x"), 0, 3)]
    vertex = {"citations": [{"endIndex": 3, "uri": "https://x", "title": "X"}]}
    assert read(citationMetadata=vertex) == [Cited(X, 0, 3)]
    chunk = {"retrievedContext": {"uri": "gs://a", "title": "A", "text": "words"}}
    support = {"groundingChunkIndices": [0]}
    metadata = {"groundingChunks": [chunk], "groundingSupports": [support]}
    assert read(groundingMetadata=metadata) == [Cited(Source("gs://a", "A", "words"))]


def test_other_forms_are_none() -> None:
    assert read(groundingMetadata=7) == []
    assert read(citationMetadata={"citations": 7}) == []
    assert read(groundingMetadata={}) == []


def test_it_is_written_as_google_types_it() -> None:
    made = Grounding()
    assert made.metadata() is None
    made.text("Das ")
    made.begin()
    made.text("Öl")
    made.cite(Cited(X))
    made.cite(Cited(Source("", "Doc", "grass", Extract("page", 0, 1, 2)), 4, 6))
    made.cite(Cited(X, 0, 3))
    found = types.GroundingMetadata.model_validate_json(json.dumps(made.metadata()))
    assert [
        one.web.uri if one.web else one.retrieved_context.text for one in found.grounding_chunks
    ] == [
        "https://x",
        "grass",
    ]
    segments = [
        (
            one.segment.start_index,
            one.segment.end_index,
            one.segment.text,
            one.grounding_chunk_indices,
        )
        for one in found.grounding_supports
    ]
    assert segments == [(4, 7, "Öl", [0, 1]), (0, 3, "Das", [0])]


def test_of_a_very_long_answer_sources_stand_for_the_whole(monkeypatch) -> None:
    monkeypatch.setattr(google_generate, "_KEPT_CHARACTERS", 3)
    made = told("much longer")
    made.add("x")
    assert made.span(0, 4, None) == (-1, -1)


def test_a_text_is_put_together_once_for_all_its_sources() -> None:
    made = told("Öl, ")
    made.add("Öl und Öl")
    assert [made.span(at, at + 3, "Öl") for at in (0, 5, 13, 5, 14)] == [
        (0, 2),
        (4, 6),
        (11, 13),
        (4, 6),
        (0, 2),
    ]
    text, written = made._put_together()
    assert made.span(5, 8, "Öl") == (4, 6)
    assert made._put_together() == (text, written)
    assert made._put_together()[0] is text
    assert made._put_together()[1] is written
    made.add("!")
    assert made.span(16, 17, "!") == (13, 14)


def test_twice_as_many_sources_are_twice_the_work_of_writing_them() -> None:
    def citing(count: int) -> Callable[[], object]:
        def cite() -> None:
            made = Grounding()
            for i in range(count):
                made.begin()
                made.text("ü ")
                made.cite(Cited(Source(f"https://{i}")))
                made.cite(Cited(Source(f"https://{i}"), 2 * i, 2 * i + 1))
                made.cite(Cited(X, 0, 1))
            found = made.metadata() or {}
            chunks, supports = found["groundingChunks"], found["groundingSupports"]
            assert isinstance(chunks, list)
            assert isinstance(supports, list)
            assert len(chunks) == count + 1
            assert supports[-1] == {
                "segment": {"startIndex": 3 * count - 3, "endIndex": 3 * count - 1, "text": "ü"},
                "groundingChunkIndices": [count],
            }

        return cite

    assert grows_evenly(citing)
