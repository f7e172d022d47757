"""Strict shapes decoded without failing on the unknown."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Raw, UnsetType

from vanguard.wire.lenient import LenientDecoder, own_fields, present
from vanguard.wire.lenient import Unknown as Entry


class _Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Word(_Sent, tag_field="type", tag="word"):
    text: str


class Unknown(_Sent, tag_field="type", tag="vanguard.unknown"):
    value: Raw


class Box(_Sent):
    name: str
    free: Raw | UnsetType = UNSET


class Page(_Sent):
    words: str | list[Word | Unknown] = ""
    box: Box | None = None
    only: Word | None = None


DECODER = LenientDecoder(Page)


def decode(body: bytes, path: str = "") -> tuple[Page, dict[str, bytes]]:
    page, unknown = DECODER.decode(body, path)
    return page, {one.path: bytes(one.value) for one in unknown}


def test_what_is_known_is_decoded_as_it_is() -> None:
    page, unknown = decode(b'{"words":[{"type":"word","text":"a"}],"box":{"name":"b","free":[1]}}')
    assert page.words == [Word("a")]
    assert page.box == Box("b", Raw(b"[1]"))
    assert unknown == {}


def test_unknown_fields_are_named_at_every_depth_with_their_bytes() -> None:
    body = (
        b'{"x": 1.0,"box":{"name":"b","y":{"z": 1e2}},"words":[{"type":"word","text":"a","w":[]}]}'
    )
    page, unknown = decode(body)
    assert page == Page(words=[Word("a")], box=Box("b"))
    assert unknown == {"x": b"1.0", "box.y": b'{"z": 1e2}', "words[0].w": b"[]"}


def test_paths_begin_where_the_caller_says() -> None:
    assert decode(b'{"x":1}', "tools[3]")[1] == {"tools[3].x": b"1"}


def test_an_unknown_member_stands_as_such_in_its_place() -> None:
    page, unknown = decode(b'{"words":[{"type":"word","text":"a"},{"type":"song", "k":1}]}')
    assert page.words == [Word("a"), Unknown(Raw(b'{"type":"song", "k":1}'))]
    assert unknown == {"words[1]": b'{"type":"song", "k":1}'}


def test_a_sender_cannot_pass_its_own_stand_in() -> None:
    forged = b'{"type":"vanguard.unknown","value":1,"x":2}'
    page, _ = decode(b'{"words":[%b]}' % forged)
    assert page.words == [Unknown(Raw(forged))]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b'{"words":5,"x":1}', "$.words"),
        (b'{"box":{"x":1}}', "name"),
        (b'{"box":[],"x":1}', "$.box"),
        (b'{"only":{"type":"song"},"x":1}', "song"),
        (b'{"words":[{"text":"no type"}],"x":1}', "type"),
        (b'{"words":[{"type":5}],"x":1}', "type"),
        (b"[]", "object"),
    ],
)
def test_what_is_wrong_stays_wrong(body: bytes, complaint: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=complaint.replace("$", r"\$")):
        decode(body)


def test_what_is_not_json_says_so() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(b'{"x":')


def test_a_raw_value_is_present_unless_left_out_or_null() -> None:
    assert present(UNSET) is None
    assert present(Raw(b"null")) is None
    assert present(Raw(b"0")) == Raw(b"0")


def test_raw_fields_that_are_there_are_listed() -> None:
    assert own_fields(Box("b", Raw(b"[1]")), ["free"]) == [Entry("free", Raw(b"[1]"))]
    assert own_fields(Box("b"), ["free"]) == []
    assert own_fields(Box("b", Raw(b"null")), ["free"]) == []


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=4), _json, max_size=4))
def test_any_extra_fields_are_found_and_nothing_else_changes(extra: dict[str, object]) -> None:
    extra = {name: value for name, value in extra.items() if name not in {"words", "box", "only"}}
    page, unknown = decode(msgspec.json.encode({**extra, "words": "w", "box": {"name": "n"}}))
    assert page == Page("w", Box("n"))
    assert {name: msgspec.json.decode(raw) for name, raw in unknown.items()} == extra
