"""Sources stand for pieces of text in some APIs, for characters of it in others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vanguard.dialects.citations.spans import Spans, pieces, placed
from vanguard.dialects.conversation import Cited, Source

A, B = Source("a"), Source("b")


def test_pieces_become_spans() -> None:
    spans = Spans()
    spans.said = 4
    assert spans.of(Cited(A)) == (0, 4)
    spans.begin()
    spans.said = 10
    assert spans.of(Cited(A)) == (4, 10)
    assert spans.of(Cited(A, 2, 3)) == (2, 3)
    assert spans.of(Cited(A, 2, 99)) == (2, 10)


def test_spans_become_pieces() -> None:
    text = "one two three"
    assert pieces(text, 0, []) == [(text, ())]
    assert pieces(text, 0, [Cited(A)]) == [(text, (A,))]
    assert pieces(text, 100, [Cited(A, 104, 107), Cited(B, 104, 107)]) == [
        ("one ", ()),
        ("two", (A, B)),
        (" three", ()),
    ]
    assert pieces(text, 0, [Cited(B, 2, 6), Cited(A, 0, 4)]) == [
        ("one tw", (A, B)),
        ("o three", ()),
    ]
    # one that cannot be placed stands for all of it
    assert pieces(text, 0, [Cited(A, 5, 99)]) == [(text, (A,))]
    assert pieces("", 0, [Cited(A)]) == [("", (A,))]


@given(
    text=st.text(max_size=8),
    begin=st.integers(0, 5),
    spans=st.lists(st.tuples(st.integers(-1, 14), st.integers(-1, 14)), max_size=4),
)
def test_nothing_of_the_text_or_the_sources_is_lost(text, begin, spans) -> None:
    cited = [Cited(Source(str(n)), start, end) for n, (start, end) in enumerate(spans)]
    found = pieces(text, begin, cited)
    assert "".join(piece for piece, _ in found) == text
    assert sorted(one.url for _, sources in found for one in sources) == sorted(
        one.source.url for one in cited
    )


@given(
    spans=st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 9)), max_size=6),
    begin=st.integers(0, 9),
    end=st.integers(0, 9),
)
def test_sources_are_found_by_where_they_begin(spans, begin, end) -> None:
    cited = [Cited(Source(str(n)), *span) for n, span in enumerate(spans)]
    assert placed(cited)(begin, end) == [one for one in cited if begin <= one.start < end]
