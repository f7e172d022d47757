"""What is found is what Python's own search finds, whichever of the two is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.wire import search

_PIECES = st.sampled_from([b'"file"', b'"fil', b'e"', b"web_search", b"\0", b"\\u00", b"x" * 999])


@given(st.lists(_PIECES, max_size=12), st.integers(0, 5_000))
def test_finds_what_python_finds(pieces: list[bytes], filling: int) -> None:
    data = b" " * filling + b"".join(pieces)
    marks = (b'"file"', b"web_search", b"\0\0")
    assert search.holds_any(data, marks) == any(mark in data for mark in marks)
    assert search.holds(data, b"\\u00") == (b"\\u00" in data)


@pytest.mark.parametrize("size", [0, 10, 100_000])
def test_looks_at_the_very_ends_and_not_beyond(size: int) -> None:
    filling = b" " * size
    assert search.holds_any(b"mark" + filling, (b"none", b"mark"))
    assert search.holds_any(filling + b"mark", (b"none", b"mark"))
    assert not search.holds_any(filling + b"mar", (b"mark",))
    assert not search.holds(memoryview(filling + b"mark")[:-1].tobytes(), b"mark")


def test_does_without_the_librarys_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_search", None)
    body = b" " * 100_000 + b"mark"
    assert search.holds_any(body, (b"mark",))
    assert search.holds(body, b"mark")
    assert not search.holds_any(body, (b"other",))


def test_a_library_without_it_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def __init__(self, _name: None) -> None:
            """As on a system whose C library has no such function."""

    monkeypatch.setattr(search.ctypes, "PyDLL", Nothing)
    assert search._library_search() is None
