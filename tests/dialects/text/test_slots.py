"""Edits of raw JSON."""

from __future__ import annotations

import msgspec
import pytest

from support.masks import SECRETS
from vanguard.core.errors import InvalidRequest, UpstreamError
from vanguard.dialects.text.slots import (
    Raw,
    edit_reply,
    edit_request,
    either,
    fields,
    items,
    json_value,
    listed,
    put,
    text,
)

EDIT = fields({"a": either(text, items(text)), "j": json_value})


def upper(value: str) -> str:
    return value.upper()


def test_only_changed_values_differ_and_the_others_keep_their_bytes() -> None:
    body = b'{ "x" : [1.50, "\\u00e9"], "a": "hi", "big": 12345678901234567890, "e": 1E5}'
    assert (
        edit_request(body, EDIT, upper)
        == b'{"x":[1.50, "\\u00e9"],"a":"HI","big":12345678901234567890,"e":1E5}'
    )


def test_nothing_changed_is_the_same_object() -> None:
    body = b'{"a" : ["HI"], "j": {"k" :"V"}, "z": "low"}'
    assert edit_request(body, EDIT, upper) is not body  # the name `k` is text too
    body = b'{"a" : ["HI"], "j": {"K" :"V"}, "z": "low"}'
    assert edit_request(body, EDIT, upper) is body
    assert edit_reply(body, EDIT, upper) is body


@pytest.mark.parametrize("body", [b'{"a": 1}', b'{"a": {"b": "x"}}', b'"x"', b"[]", b'{"a":[[1]]}'])
def test_values_of_another_shape_stay(body: bytes) -> None:
    assert edit_request(body, EDIT, upper) is body


def test_each_text_of_a_list_is_masked_once_whatever_its_shape() -> None:
    edit = listed(fields({"a": text}))
    for body, texts in (
        (b'"x"', ["x"]),
        (b'{"a":"x","b":"y"}', ["x"]),
        (b'["x",{"a":"y"},1,{"b":"z"},["v"]]', ["x", "y"]),
        (b"1", []),
    ):
        seen: list[str] = []

        def note(value: str, seen: list[str] = seen) -> str:
            seen.append(value)
            return value

        assert edit(Raw(body), note) is None
        assert seen == texts
    assert edit(Raw(b'["x",{"a":"y"}]'), upper) == b'["X",{"a":"Y"}]'


def test_json_values_are_masked_at_any_depth() -> None:
    body = b'{"j":' + b'{"k":[' * 400 + b'"secret"' + b"]}" * 400 + b"}"
    new = edit_request(body, EDIT, SECRETS)
    assert b"secret" not in new
    assert b"hush" in new
    assert edit_request(b'{"j":"secret"}', EDIT, SECRETS) == b'{"j":"\\"\\\\hush\\""}'


@pytest.mark.parametrize(
    "body", [b'{"a": "1", "a": "2"}', b'{"x": [{"y": {"b": 1, "b": 2}}]}', b'{"a":1,"\\u0061":2}']
)
def test_a_field_given_twice_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="given twice"):
        edit_request(body, EDIT, upper)


def test_of_many_fields_the_first_that_is_given_twice_is_named() -> None:
    fields = [*range(1_000), 999, 998]
    body = b"{%b}" % b",".join(b'"f%d":"x"' % one for one in fields)
    with pytest.raises(InvalidRequest, match="'f998' is given twice"):
        edit_request(body, EDIT, upper)


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": "\xff"}', b"[" * 100_000])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="not valid JSON"):
        edit_request(body, EDIT, upper)
    with pytest.raises(UpstreamError, match="not valid JSON"):
        edit_reply(body, EDIT, upper)


def test_put_sets_values_at_any_depth_and_may_add_a_last_field() -> None:
    raw = Raw(b'{"a": [{"b" : 1.0}, 2], "c": "\\u00e9"}')
    new = put(raw, {("a", 0, "b"): b'"x"', ("a", 1): b"3", ("d",): b"null"})
    assert new == b'{"a":[{"b":"x"},3],"c":"\\u00e9","d":null}'
    assert msgspec.json.decode(new)
