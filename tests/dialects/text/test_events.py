"""Server-sent events written anew."""

from __future__ import annotations

import pytest

from vanguard.dialects.text.events import with_data


@pytest.mark.parametrize(
    ("raw", "new"),
    [
        (b"data: 1\n\n", b"data: {}\n\n"),
        (b"event: x\r\ndata: 1\r\nid: 7\r\n\r\n", b"event: x\r\ndata: {}\r\nid: 7\r\n\r\n"),
        (b": note\ndata:1\ndata:2\n\n", b": note\ndata: {}\n\n"),
    ],
)
def test_only_the_data_changes(raw: bytes, new: bytes) -> None:
    assert with_data(raw, b"{}") == new


def test_data_of_several_lines_stays_data() -> None:
    assert with_data(b"data: 1\n\n", b'{"a":\n1}') == b'data: {"a":\ndata: 1}\n\n'
