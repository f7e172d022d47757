from __future__ import annotations

import pytest

from vanguard.console.session import session_of, token_in


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ([], ""),
        ([(b"cookie", b"vanguard_session=abc")], "abc"),
        ([(b"cookie", b"a=1; vanguard_session=abc; b=2")], "abc"),
        ([(b"cookie", b"a=1"), (b"cookie", b"vanguard_session=abc")], "abc"),
        ([(b"cookie", b"\xff\xfe;;;=")], ""),
        ([(b"cookie", b"xvanguard_session=abc")], ""),
        ([(b"x-cookie", b"vanguard_session=abc")], ""),
    ],
)
def test_the_token_of_a_request(headers: list[tuple[bytes, bytes]], token: str) -> None:
    assert token_in(headers) == token


def test_a_session_is_asked_for_anew_each_time() -> None:
    valid = {"abc"}
    session = session_of([(b"cookie", b"vanguard_session=abc")], valid.__contains__)
    assert session.holds()
    valid.clear()
    assert not session.holds()


def test_no_cookie_is_never_a_session() -> None:
    assert not session_of([], lambda _token: True).holds()
